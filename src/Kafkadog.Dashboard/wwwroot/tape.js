// The tapes: every partition a strip of record cells, newest at the right. The server sends what changed, this draws it.
const cellWidth = 24, most = 64;
const shortOffset = n => String(n % 100).padStart(2, '0');

export function create(root, owner) {
  const tapes = new Map();
  let pick = new Set();

  function lane(index) {
    if (!tapes.has(index)) {
      const element = root.querySelector(`[data-lane="${index}"]`);
      if (!element) return null;
      const run = document.createElement('div');
      run.className = 'tape-run';
      element.replaceChildren(run);
      const tape = { element, run, cells: [], marks: new Map(), marked: [], done: 0, first: 0 };
      tapes.set(index, tape);
      element.onkeydown = e => move(tape, e);
    }
    return tapes.get(index);
  }

  function addCell(tape, index, offset, face, isOld) {
    const cell = document.createElement('button');
    cell.type = 'button';
    cell.className = `cell k${face % 8}${face >= 8 ? ' broken' : ''}${isOld ? '' : ' new'}`;
    cell.tabIndex = -1;
    cell.textContent = shortOffset(offset);
    cell.setAttribute('aria-label', `${shortOffset(offset)}: ${tape.element.dataset.name}, offset ${offset}${face >= 8 ? ', not an event' : ''}`);
    cell.onclick = () => owner.invokeMethodAsync('OpenAsync', index, offset);
    cell.onfocus = () => { for (const c of tape.cells) c.cell.tabIndex = c.cell === cell ? 0 : -1; };
    tape.cells.push({ offset, cell });
    tape.run.append(cell);
  }

  function place(tape) {
    const room = Math.min(most, Math.max(3, Math.floor(tape.element.clientWidth / cellWidth) - 3));
    while (tape.cells.length > most) tape.cells.shift().cell.remove();
    // What does not fit is kept: the window may become wider again.
    tape.first = Math.max(0, tape.cells.length - room);
    tape.cells.forEach((c, i) => {
      c.cell.hidden = i < tape.first;
      c.cell.style.left = `${(i - tape.first) * cellWidth}px`;
      c.cell.classList.toggle('read', c.offset < tape.done);
      if (c.cell.hidden) c.cell.tabIndex = -1;
    });
    if (tape.cells.length && !tape.cells.some(c => c.cell.tabIndex === 0)) tape.cells.at(-1).cell.tabIndex = 0;
    // One mark per committed offset; it is kept by its groups so that it glides to where they go next.
    const seen = new Set();
    for (const [offset, groups] of tape.marked) {
      seen.add(groups);
      let mark = tape.marks.get(groups);
      if (!mark) {
        mark = document.createElement('span');
        mark.className = 'mark';
        mark.append(document.createElement('i'));
        mark.firstChild.textContent = groups;
        tape.marks.set(groups, mark);
        tape.run.append(mark);
      }
      const next = tape.cells.findIndex(c => c.offset >= offset);
      mark.style.left = `${Math.max(0, (next < 0 ? tape.cells.length : next) - tape.first) * cellWidth}px`;
      mark.title = `${groups}: next is offset ${offset}`;
    }
    for (const [groups, mark] of tape.marks) {
      if (!seen.has(groups)) { mark.remove(); tape.marks.delete(groups); }
    }
  }

  function move(tape, e) {
    const at = tape.cells.findIndex(c => c.cell === document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: tape.first, End: tape.cells.length - 1 }[e.key];
    if (at < 0 || to === undefined || to < tape.first || !tape.cells[to]) return;
    e.preventDefault();
    tape.cells[to].cell.focus();
  }

  const resized = new ResizeObserver(() => { for (const tape of tapes.values()) place(tape); });
  resized.observe(root);

  return {
    update(message) {
      if (message.r) {
        for (const tape of tapes.values()) tape.run.remove();
        tapes.clear();
      }
      const isStream = message.s;
      root.classList.toggle('stream', isStream);
      if (message.p) pick = new Set(message.p.map(([index, offset]) => `${index}/${offset}`));
      for (const change of message.l) {
        const tape = lane(change.i);
        if (!tape) continue;
        tape.done = change.d;
        if (change.m) tape.marked = change.m;
        for (const [offset, face] of change.c ?? []) addCell(tape, change.i, offset, face, message.r);
        const end = root.querySelector(`[data-end="${change.i}"]`);
        if (end) end.textContent = change.e;
        if (isStream) {
          tape.run.dataset.count = change.e > change.d ? `${change.e - change.d} to do` : 'all done';
          tape.run.style.setProperty('--done', `${Math.max(0, 100 - (change.e - change.d) / 2)}%`); // the width is 200 records
        }
        place(tape);
      }
      for (const [index, tape] of tapes) {
        for (const c of tape.cells) c.cell.classList.toggle('pick', pick.has(`${index}/${c.offset}`));
      }
    },
    dispose() { resized.disconnect(); },
  };
}
