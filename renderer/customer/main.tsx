// The second screen, which the payer sees: follows what the counter shows and asks for nothing. Loaded by customer/index.html, a page of its
// own, so that the counter does not carry it.
import '#renderer/styles/tokens.css'
import '#renderer/styles/fonts.css'
import './fonts.css'
import '#renderer/styles/base.css'
import { createRoot } from 'react-dom/client'
import { connect } from '#renderer/connect.ts'
import { CustomerScreen } from './customer-screen.tsx'
import { followCustomer } from './follow-customer.ts'

const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no #root')

window.addEventListener('contextmenu', (event) => event.preventDefault())
window.addEventListener('dragover', (event) => event.preventDefault())
window.addEventListener('drop', (event) => event.preventDefault())

const page = createRoot(root)
page.render(<CustomerScreen shown={null} />)
void followCustomer({
  client: connect().client,
  tell: (shown) => page.render(<CustomerScreen shown={shown} />),
})
