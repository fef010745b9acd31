// pdf.js has no types for its worker; only its presence matters here.
declare module 'pdfjs-dist/build/pdf.worker.mjs'
