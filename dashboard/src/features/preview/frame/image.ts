/** As an <img>, which runs no script of an SVG and loads nothing that it refers to. */
export async function showImage(into: HTMLElement, bytes: ArrayBuffer, type: string): Promise<void> {
  const image = document.createElement('img')
  image.alt = 'Preview of the object'
  image.src = URL.createObjectURL(new Blob([bytes], { type }))
  await image.decode()
  into.className = 'image'
  into.replaceChildren(image)
}
