// Runs before the first paint, so that a dark page never flashes white. The choice is system, light or dark.
(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const read = () => { try { return localStorage.getItem('kafkadog-theme') ?? 'system'; } catch { return 'system'; } };
  const apply = choice => {
    root.dataset.themeChoice = choice;
    root.dataset.theme = choice === 'dark' || (choice === 'system' && dark.matches) ? 'dark' : 'light';
  };
  window.kafkadogTheme = {
    next() {
      const order = ['system', 'light', 'dark'];
      const choice = order[(order.indexOf(root.dataset.themeChoice) + 1) % order.length];
      try { localStorage.setItem('kafkadog-theme', choice); } catch { /* Storage is off: the choice lasts as long as the page. */ }
      apply(choice);
      return choice;
    },
  };
  dark.addEventListener('change', () => apply(read()));
  window.addEventListener('storage', e => { if (e.key === 'kafkadog-theme') apply(read()); });
  apply(read());
})();
