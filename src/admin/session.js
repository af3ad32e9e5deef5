// Socket.IO's admin UI keeps where it connects, and as whom, in the browser's storage; it finds this page's own there.
const session = document.querySelector('meta[name="session"]')
localStorage.setItem('server_url', location.origin)
localStorage.setItem('namespace', '/admin')
localStorage.setItem('path', '/socket.io')
localStorage.setItem('session_id', session.content)
