// What needs the circuit: the time zone, whether the tab is seen, and keyboard shortcuts.
const sequences = { o: '/', n: '/order', l: '/orders', f: '/flow', i: '/instances', r: '/rebalances', d: '/dlq', a: '/analytics', e: '/events', h: '/help' };
const isTyping = el => el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
const hasControl = el => el instanceof HTMLElement && (isTyping(el) || el.closest('a[href], button, summary, [role="button"], [role="tab"], [role="radio"], [tabindex="0"]') !== null);
const waitForSecondKeyMs = 1200;

export function start(layout, serverNow) {
  window.kafkadogClockSkew = serverNow - Date.now();
  let pending = 0;
  const go = path => Blazor.navigateTo(path);
  const press = selector => { const el = document.querySelector(selector); el?.click(); return el !== null; };
  const onKey = e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === 'Escape') { if (!e.defaultPrevented && press('[data-drawer-close]')) e.preventDefault(); return; }
    if (isTyping(e.target)) return;
    if (pending && Date.now() - pending < waitForSecondKeyMs) {
      pending = 0;
      if (sequences[e.key]) { e.preventDefault(); go(sequences[e.key]); }
      return;
    }
    pending = 0;
    if (e.key === 'g') pending = Date.now();
    else if (e.key === '?') { e.preventDefault(); go('/help'); }
    else if (e.key === '/') { const search = document.querySelector('[data-page-search]'); if (search) { e.preventDefault(); search.focus(); search.select?.(); } }
    else if (e.key === ' ' && !hasControl(e.target) && press('[data-live-toggle]')) e.preventDefault();
  };
  const onVisibility = () => layout.invokeMethodAsync('OnVisibilityChanged', !document.hidden).catch(() => { /* The circuit is being replaced; the new one asks again. */ });
  document.addEventListener('keydown', onKey);
  document.addEventListener('visibilitychange', onVisibility);
  document.body.dataset.started = 'true';
  document.body.dataset.interactive = 'true';
  return {
    facts: () => ({ timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? '', offsetMinutes: -new Date().getTimezoneOffset(), isVisible: !document.hidden }),
    stop() {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('visibilitychange', onVisibility);
    },
  };
}

// The drawer: focus goes in when it opens and back to where it was when it closes.
export function enterDrawer(drawer) {
  const before = document.activeElement;
  (drawer.querySelector('h2') ?? drawer).focus();
  return {
    leave() {
      // Only if nothing else has been given the focus meanwhile, such as the heading of another page.
      if (before?.isConnected && (document.activeElement === document.body || drawer.contains(document.activeElement))) before.focus();
    },
  };
}
