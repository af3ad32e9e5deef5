// waits for what never comes
setInterval(() => undefined, 60_000)
