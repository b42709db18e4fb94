// The tapes: every partition a strip of record cells, newest at the right. The server sends what changed, this draws it.
const cellWidth = 24, most = 64;
const shortOffset = n => String(n % 100).padStart(2, '0');

export function create(root, owner) {
  const tapes = new Map();
  let pick = new Set();

  const lane = index => {
    if (!tapes.has(index)) {
      const element = root.querySelector(`[data-lane="${index}"]`);
      if (!element) return null;
      const strip = document.createElement('div');
      strip.className = 'strip';
      element.replaceChildren(strip);
      tapes.set(index, { element, strip, cells: [], marks: [], marked: [], done: 0, end: 0, first: 0 });
      element.addEventListener('keydown', e => move(index, e));
    }
    return tapes.get(index);
  };

  const capacity = t => Math.max(4, Math.floor(t.element.clientWidth / cellWidth) - 1);

  function addCell(t, index, offset, face, quiet) {
    const cell = document.createElement('button');
    cell.type = 'button';
    cell.className = quiet ? 'cell' : 'cell new';
    cell.tabIndex = -1;
    cell.textContent = shortOffset(offset);
    cell.style.setProperty('--c', `var(--k${face % 8})`);
    if (face >= 8) cell.classList.add('broken');
    cell.setAttribute('aria-label', `${t.element.dataset.name}, offset ${offset}${face >= 8 ? ', not an event' : ''}`);
    cell.addEventListener('click', () => owner.invokeMethodAsync('OpenAsync', index, offset));
    cell.addEventListener('focus', () => { for (const c of t.cells) c.button.tabIndex = c.button === cell ? 0 : -1; });
    t.cells.push({ offset, button: cell });
    t.strip.append(cell);
  }

  function place(t) {
    const room = capacity(t);
    while (t.cells.length > Math.min(most, room)) t.cells.shift().button.remove();
    t.cells.forEach((c, i) => {
      c.button.style.left = `${i * cellWidth}px`;
      c.button.classList.toggle('read', c.offset < t.done);
    });
    const last = t.cells.at(-1);
    if (last && !t.cells.some(c => c.button.tabIndex === 0)) last.button.tabIndex = 0;
    t.marks.forEach(m => m.remove());
    t.marks = t.marked.map(([offset, groups]) => {
      const before = t.cells.findIndex(c => c.offset >= offset);
      const at = before < 0 ? t.cells.length : before;
      const mark = document.createElement('span');
      mark.className = 'mark';
      mark.style.left = `${at * cellWidth}px`;
      mark.title = `${groups}: next is ${offset}`;
      const letters = document.createElement('i');
      letters.textContent = groups;
      mark.append(letters);
      t.strip.append(mark);
      return mark;
    });
  }

  function showPick(index, t) {
    for (const c of t.cells) c.button.classList.toggle('pick', pick.has(`${index}/${c.offset}`));
  }

  function move(index, e) {
    const t = tapes.get(index);
    const at = t.cells.findIndex(c => c.button === document.activeElement);
    if (at < 0) return;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: t.cells.length - 1 }[e.key];
    if (to === undefined || !t.cells[to]) return;
    e.preventDefault();
    t.cells[to].button.focus();
  }

  const resized = new ResizeObserver(() => { for (const t of tapes.values()) place(t); });
  resized.observe(root);

  return {
    update(message) {
      if (message.r) {
        for (const t of tapes.values()) t.strip.replaceChildren();
        tapes.clear();
      }
      root.classList.toggle('stream', message.s !== null);
      pick = new Set(message.p.map(([index, offset]) => `${index}/${offset}`));
      for (const change of message.l) {
        const t = lane(change.i);
        if (!t) continue;
        t.done = change.d;
        t.marked = change.m;
        for (const [offset, face] of change.c) addCell(t, change.i, offset, face, message.r);
        const end = root.querySelector(`[data-end="${change.i}"]`);
        if (end) end.textContent = change.e;
        if (message.s !== null) {
          t.strip.dataset.count = `${change.e - change.d} to do`;
          t.strip.style.setProperty('--done', `${change.e > change.s ? Math.round(100 * (change.d - change.s) / (change.e - change.s)) : 100}%`);
        } else {
          delete t.strip.dataset.count;
        }
        place(t);
      }
      for (const [index, t] of tapes) showPick(index, t);
    },
    dispose() { resized.disconnect(); },
  };
}
