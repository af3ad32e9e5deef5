const LOOK_MS = 250

/**
 * Calls `gone` once when the process that started this one has ended. npm runs a script below a shell, and hands
 * a signal on to that shell alone, which dies of it and leaves the script running.
 * Returns what ends the watch; the watch keeps no process alive.
 */
export function whenParentGone(gone: () => void): () => void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    gone()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
