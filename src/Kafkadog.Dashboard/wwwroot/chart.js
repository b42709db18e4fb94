// A line chart in SVG, drawn in the browser from points that come as they are made. Colours are CSS variables, so that the
// theme changes without drawing anew; lines are redrawn at most once per frame.
const NS = 'http://www.w3.org/2000/svg';
const make = (name, attributes = {}, text) => {
  const el = document.createElementNS(NS, name);
  for (const [k, v] of Object.entries(attributes)) el.setAttribute(k, v);
  if (text !== undefined) el.textContent = text;
  return el;
};
const pad = { left: 46, right: 10, top: 10, bottom: 22 };
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].map(s => s * 1000);

function niceTop(max) {
  if (!(max > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(max));
  return [1, 2, 2.5, 5, 10].map(m => m * power).find(v => v >= max);
}
const figure = v => v == null ? '—' : Number.isInteger(v) ? v.toLocaleString('en-US') : v.toLocaleString('en-US', { maximumFractionDigits: Math.abs(v) < 10 ? 2 : 1 });

export function create(host, options) {
  let points = [], marks = [], frame = 0, hover = null;
  const svg = make('svg', { height: options.height, 'aria-hidden': 'true' });
  const readout = document.createElement('div');
  readout.className = 'chart-readout';
  readout.hidden = true;
  host.replaceChildren(svg, readout);
  const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
  const exact = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

  function scales() {
    const width = host.clientWidth, height = options.height;
    const to = points.at(-1)?.[0] ?? Date.now();
    const from = options.windowMs ? to - options.windowMs : points[0]?.[0] ?? to - 60000;
    let max = 0;
    for (const p of points) for (let i = 1; i < p.length; i++) if (p[i] > max) max = p[i];
    const top = niceTop(max);
    const x = t => pad.left + (t - from) / Math.max(1, to - from) * (width - pad.left - pad.right);
    const y = v => pad.top + (1 - v / top) * (height - pad.top - pad.bottom);
    return { width, height, from, to, top, x, y };
  }

  function draw() {
    frame = 0;
    const s = scales();
    if (s.width < pad.left + pad.right + 20) return;
    svg.setAttribute('viewBox', `0 0 ${s.width} ${s.height}`);
    const parts = [];
    for (let i = 0; i <= 2; i++) {
      const v = s.top * i / 2, y = Math.round(s.y(v)) + .5;
      parts.push(make('line', { class: 'chart-grid', x1: pad.left, x2: s.width - pad.right, y1: y, y2: y }));
      parts.push(make('text', { x: pad.left - 8, y: y + 4, 'text-anchor': 'end' }, figure(v)));
    }
    const span = s.to - s.from, fit = Math.max(2, Math.floor((s.width - pad.left) / 80));
    const step = steps.find(ms => span / ms <= fit) ?? steps.at(-1);
    const zone = new Date(s.to).getTimezoneOffset() * 60000;
    for (let t = Math.ceil((s.from - zone) / step) * step + zone; t <= s.to; t += step)
      if (s.x(t) > pad.left + 14 && s.x(t) < s.width - 18) parts.push(make('text', { x: s.x(t), y: s.height - 5, 'text-anchor': 'middle' }, (step < 60000 ? exact : clock).format(t)));
    for (const m of marks) if (m.at >= s.from && m.at <= s.to) {
      parts.push(make('line', { class: 'chart-mark', x1: s.x(m.at), x2: s.x(m.at), y1: pad.top, y2: s.height - pad.bottom }));
      parts.push(make('text', { class: 'chart-mark-text', x: s.x(m.at) + 4, y: pad.top + 8 }, m.text));
    }
    options.series.forEach((series, i) => {
      let d = '', pen = 'M';
      for (const p of points) {
        const v = p[i + 1];
        // A gap is a gap: what nobody measured is not drawn as a line between its neighbours.
        if (v == null) { pen = 'M'; continue; }
        d += `${pen}${s.x(p[0]).toFixed(1)} ${s.y(v).toFixed(1)}`;
        pen = 'L';
      }
      parts.push(make('path', { class: `chart-line k${series.slot}`, d }));
    });
    if (hover !== null && points.length) parts.push(...showReadout(s));
    else readout.hidden = true;
    svg.replaceChildren(...parts);
  }

  function showReadout(s) {
    const p = points.reduce((best, q) => Math.abs(q[0] - hover) < Math.abs(best[0] - hover) ? q : best);
    const x = s.x(p[0]);
    const title = document.createElement('div');
    title.className = 'num dim';
    title.textContent = exact.format(p[0]);
    readout.replaceChildren(title, ...options.series.map((series, i) => {
      const row = document.createElement('div'), value = document.createElement('span');
      row.className = `chart-key k${series.slot}`;
      row.textContent = series.name;
      value.className = 'num';
      value.textContent = `${figure(p[i + 1])}${options.unit ? ` ${options.unit}` : ''}`;
      row.append(value);
      return row;
    }));
    readout.hidden = false;
    const w = readout.offsetWidth;
    readout.style.left = `${x + 12 + w > s.width ? Math.max(0, x - 12 - w) : x + 12}px`;
    return [make('line', { class: 'chart-cursor', x1: x, x2: x, y1: pad.top, y2: s.height - pad.bottom })];
  }

  const later = () => { frame ||= requestAnimationFrame(draw); };
  const onMove = e => { const s = scales(), r = host.getBoundingClientRect(); hover = s.from + (e.clientX - r.left - pad.left) / (s.width - pad.left - pad.right) * (s.to - s.from); later(); };
  const onLeave = () => { hover = null; later(); };
  const onKey = e => {
    if (!points.length || (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight')) return;
    e.preventDefault();
    const at = hover === null ? points.length : points.findIndex(p => p[0] >= hover);
    hover = points[Math.max(0, Math.min(points.length - 1, (at < 0 ? points.length : at) + (e.key === 'ArrowLeft' ? -1 : 1)))][0];
    later();
  };
  host.addEventListener('pointermove', onMove);
  host.addEventListener('pointerleave', onLeave);
  host.addEventListener('keydown', onKey);
  host.addEventListener('blur', onLeave);
  const sizes = new ResizeObserver(later);
  sizes.observe(host);

  return {
    // delta: rows [time, value, value…] with null for what is not known; reset forgets what came before.
    append(delta, newMarks, reset) {
      if (reset) points = [];
      points.push(...delta);
      marks = newMarks;
      if (options.windowMs && points.length) {
        const oldest = points.at(-1)[0] - options.windowMs;
        const first = points.findIndex(p => p[0] >= oldest);
        if (first > 0) points.splice(0, first);
      }
      later();
    },
    dispose() {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      host.removeEventListener('pointermove', onMove);
      host.removeEventListener('pointerleave', onLeave);
      host.removeEventListener('keydown', onKey);
      host.removeEventListener('blur', onLeave);
      host.replaceChildren();
    },
  };
}
