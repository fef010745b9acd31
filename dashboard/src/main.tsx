import './styles/main.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { makeQueryClient } from './api/query-client'
import { leaveForSignIn, makeRouter } from './router/router'
import { applyStoredTheme } from './components/theme'
import { Toaster } from './components/toast'

applyStoredTheme()

const queryClient = makeQueryClient(() => leaveForSignIn(router))
const router = makeRouter(queryClient)

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>
  </StrictMode>,
)
