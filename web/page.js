import { startBasket } from './basket.js'
import { startConversation } from './conversation.js'
import { startShelf } from './shelf.js'
import { begin, byId, persist, reason, signIn, user } from './shop.js'

function drawAccount() {
  byId('account').textContent = user().role === 'guest' ? 'Sign in' : user().name
}

byId('account').addEventListener('click', () => byId('sign-in').showModal())
byId('credentials').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { email, password, name } = Object.fromEntries(new FormData(event.target))
  const action = event.submitter.value
  try {
    await signIn(action, action === 'signup' ? { email, password, name } : { email, password })
    byId('sign-in').close()
    drawAccount()
  } catch (problem) {
    byId('sign-in-notice').textContent =
      problem.errors?.map(({ path, message }) => `${path} ${message}`).join(', ') ?? reason(problem)
  }
})

await persist(begin)
drawAccount()
startBasket()
startConversation()
await startShelf()
