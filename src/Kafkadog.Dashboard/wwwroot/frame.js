// What must work without a circuit: theme, rail, explanations of terms, copying, ages that move, and the bar that tells when the
// connection is lost. Everything is delegated from the document, because pages come and go.
const root = document.documentElement;
const closest = (e, selector) => e.target instanceof Element ? e.target.closest(selector) : null;

// ---- theme and rail
let railOpener = null;
function closeRail(giveFocusBack) {
  if (root.dataset.rail !== 'open') return false;
  delete root.dataset.rail;
  document.querySelector('[data-rail-toggle]')?.setAttribute('aria-expanded', 'false');
  if (giveFocusBack) railOpener?.focus();
  return true;
}
function openRail(button) {
  railOpener = button;
  root.dataset.rail = 'open';
  button.setAttribute('aria-expanded', 'true');
  // The rail becomes visible only after styles are computed anew; focus() before that does nothing.
  document.querySelector('.rail')?.getBoundingClientRect();
  (document.querySelector('.rail .active') ?? document.querySelector('.rail a'))?.focus();
}
document.addEventListener('click', e => {
  const theme = closest(e, '[data-theme-toggle]');
  if (theme) theme.title = `Theme: ${window.kafkadogTheme.next()}`;
  const rail = closest(e, '[data-rail-toggle]');
  if (rail) root.dataset.rail === 'open' ? closeRail(true) : openRail(rail);
  else if (root.dataset.rail === 'open' && (closest(e, '.rail a') || !closest(e, '.rail'))) closeRail(false);
  const copy = closest(e, '[data-copy]');
  if (copy) copyText(copy);
  if (closest(e, '[data-reload]')) location.reload();
});
document.addEventListener('focusin', e => { if (root.dataset.rail === 'open' && !closest(e, '.rail') && !closest(e, '[data-rail-toggle]')) closeRail(false); });

// The base address is /, so that a plain #content would lead to the overview. Captured before Blazor sees the click.
document.addEventListener('click', e => {
  if (!closest(e, '[data-skip]')) return;
  e.preventDefault();
  document.getElementById('content')?.focus();
}, true);

// ---- copying
async function copyText(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // No clipboard outside a secure context: the old way through a selection.
    const area = Object.assign(document.createElement('textarea'), { value: button.dataset.copy });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    button.focus();
  }
  button.dataset.copied = 'true';
  setTimeout(() => delete button.dataset.copied, 1600);
}

// ---- terms: hover and focus show, Escape hides, the pointer may move onto the text (WCAG 1.4.13)
let shown = null, hideTimer = 0;
const tipOf = term => document.getElementById(term.getAttribute('aria-describedby'));
function showTip(term) {
  clearTimeout(hideTimer);
  if (shown === term) return;
  hideTip();
  const tip = tipOf(term);
  if (!tip?.showPopover) return;
  tip.showPopover();
  const at = term.getBoundingClientRect(), box = tip.getBoundingClientRect();
  const below = at.bottom + 6 + box.height < innerHeight;
  tip.style.left = `${Math.max(12, Math.min(at.left, innerWidth - box.width - 12))}px`;
  tip.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - box.height - 6)}px`;
  shown = term;
}
function hideTip() {
  clearTimeout(hideTimer);
  if (!shown) return false;
  const tip = tipOf(shown);
  if (tip?.matches(':popover-open')) tip.hidePopover();
  shown = null;
  return true;
}
document.addEventListener('mouseover', e => {
  const term = closest(e, '.term');
  if (term) showTip(term);
  else if (closest(e, '.tip')) clearTimeout(hideTimer);
  else if (shown && shown !== document.activeElement) { clearTimeout(hideTimer); hideTimer = setTimeout(hideTip, 120); }
});
document.addEventListener('focusin', e => { const term = closest(e, '.term'); if (term) showTip(term); else hideTip(); });
document.addEventListener('focusout', e => { if (closest(e, '.term')) hideTip(); });
document.addEventListener('scroll', () => hideTip(), { capture: true, passive: true });

// Escape closes one thing at a time, the uppermost first. The capture phase comes before the shortcuts of the page.
document.addEventListener('keydown', e => { if (e.key === 'Escape' && (hideTip() || closeRail(true))) e.stopImmediatePropagation(); }, true);

// ---- boxes that scroll are stops for the keyboard; those that show everything are not
function markScrollBoxes() {
  for (const box of document.querySelectorAll('.table-box')) {
    const stop = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight ? 0 : -1;
    if (box.tabIndex !== stop) box.tabIndex = stop;
  }
}
document.addEventListener('keydown', e => { if (e.key === 'Tab') markScrollBoxes(); }, true);
addEventListener('resize', markScrollBoxes);

// ---- ages: the server writes the first text, the browser lets it grow
const ago = seconds => seconds < 1 ? 'now' : seconds < 60 ? `${Math.floor(seconds)} s ago` : seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86400)} d ago`;
setInterval(() => {
  if (document.hidden) return;
  markScrollBoxes();
  const now = Date.now() + (window.kafkadogClockSkew ?? 0);
  for (const el of document.querySelectorAll('[data-since]')) {
    const seconds = (now - Date.parse(el.dataset.since)) / 1000;
    const text = `${el.dataset.prefix ?? ''}${ago(seconds)}`;
    // The text node belongs to Blazor: only its data may change, never the node.
    if (el.firstChild && el.firstChild.data !== text) el.firstChild.data = text;
    if (el.dataset.interval) el.dataset.stale = String(seconds * 1000 > 3 * Number(el.dataset.interval));
  }
}, 1000);

// ---- the connection: a bar, not a veil. The page stays readable with the last state it had.
const bar = document.getElementById('components-reconnect-modal');
let trying = false, timer = 0;
const show = state => {
  bar.dataset.state = state;
  if (state !== 'hide') document.body.dataset.interactive = 'false';
  else if (document.body.dataset.started) document.body.dataset.interactive = 'true';
};
async function serverAnswers() {
  try { return (await fetch('health/ready', { cache: 'no-store' })).ok; } catch { return false; }
}
async function tryNow() {
  if (trying) return;
  trying = true;
  clearTimeout(timer);
  try {
    if (!await serverAnswers()) { show('waiting'); return; }
    if (bar.dataset.gone !== 'true') {
      const back = await Blazor.reconnect();
      if (back) { show('hide'); return; }
    }
    show('gone');
    location.reload();
    return;
  } catch {
    show('waiting');
  } finally {
    trying = false;
    if (bar.dataset.state === 'waiting') timer = setTimeout(tryNow, 2000);
  }
}
bar?.addEventListener('components-reconnect-state-changed', e => {
  switch (e.detail.state) {
    case 'show': case 'retrying': show('lost'); break;
    case 'hide': clearTimeout(timer); show('hide'); break;
    case 'failed': tryNow(); break;
    // The server no longer knows this circuit: only a fresh page helps, as soon as somebody serves it.
    case 'rejected': case 'resume-failed': bar.dataset.gone = 'true'; tryNow(); break;
  }
});
bar?.querySelector('[data-retry]')?.addEventListener('click', tryNow);
// While Blazor tries by itself it also does so when the tab is shown; two at a time would open two connections.
document.addEventListener('visibilitychange', () => { if (!document.hidden && bar?.dataset.state === 'waiting') tryNow(); });
