// Everything on the pages works without script, or by htmx; this draws curves and marks fields while one types.
'use strict';

// Of the form that launches a run: fields that differ from the run that is retrained, and those that are wrong.
(() => {
  const form = document.getElementById('launch');
  if (!form) {
    return;
  }
  const mark = input => {
    const field = input.closest('[data-was]');
    if (!field) {
      return;
    }
    const was = field.dataset.was;
    const changed = input.value.trim() !== was;
    field.classList.toggle('changed', changed);
    field.querySelector('.was')?.remove();
    if (changed) {
      const note = document.createElement('p');
      note.className = 'was';
      note.textContent = `Changed; was ${was === '' ? 'not set' : was}`;
      document.getElementById(input.getAttribute('aria-describedby')).prepend(note);
    }
  };
  form.addEventListener('input', event => mark(event.target));
  // A plan of what the fields said before must not stay beside what they say now.
  const failed = words => () => {
    document.getElementById('plan')?.replaceChildren();
    document.getElementById('validation').textContent = words;
  };
  form.addEventListener('htmx:responseError', failed('No plan: the control plane refused the call. Load the page again.'));
  form.addEventListener('htmx:sendError', failed('No plan: the control plane does not answer. It is asked again at the next change.'));
  form.addEventListener('htmx:timeout', failed('No plan: the control plane did not answer in time. It is asked again at the next change.'));
  document.getElementById('validation').addEventListener('htmx:afterSwap', event => {
    form.querySelectorAll('[aria-invalid=true]').forEach(one => one.setAttribute('aria-invalid', 'false'));
    event.target.querySelectorAll('a[href^="#field-"]').forEach(link => {
      // A link may also lead to a section, which cannot be invalid.
      document.querySelector(`${link.hash}[aria-invalid]`)?.setAttribute('aria-invalid', 'true');
    });
  });
})();

// A log is shown from its end and follows it, unless its reader has moved up or is about to copy something.
(() => {
  const text = () => document.getElementById('log-text');
  const area = document.getElementById('log');
  if (!area) {
    return;
  }
  const isRead = () => {
    const selection = getSelection();
    const shown = text();
    return shown !== null && (shown.scrollTop + shown.clientHeight < shown.scrollHeight - 8
      || (!selection.isCollapsed && shown.contains(selection.anchorNode)));
  };
  const toEnd = () => text()?.scrollTo(0, text().scrollHeight);
  // The area is replaced with each answer.
  const hold = event => {
    if (event.target.id === 'log' && isRead()) {
      event.preventDefault();
    }
  };
  addEventListener('htmx:beforeRequest', hold);
  addEventListener('htmx:beforeSwap', hold);
  addEventListener('htmx:afterSwap', toEnd);
  if (area.dataset.end) {
    toEnd();
  }
})();

// The curves of a run.
(() => {
  const section = document.querySelector('[data-curves]');
  if (!section) {
    return;
  }
  const COLOURS = ['--accent', '--stage2', '--rejected', '--hard'];
  const DASHES = [[], [8, 4], [2, 4], [12, 3, 2, 3]];
  const plots = [];

  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // One list of steps for all lines of a chart, with gaps where a line has no value.
  const aligned = series => {
    const steps = [...new Set(series.flatMap(line => line.steps))].sort((a, b) => a - b);
    const place = new Map(steps.map((step, index) => [step, index]));
    return [steps, ...series.map(line => {
      const values = new Array(steps.length).fill(null);
      line.steps.forEach((step, index) => { values[place.get(step)] = line.values[index]; });
      return values;
    })];
  };

  const draw = (figure, chart) => {
    const target = figure.querySelector('.plot');
    const width = () => Math.max(240, figure.clientWidth);
    const axis = {stroke: colour('--quiet'), grid: {stroke: colour('--grid'), width: 1}, ticks: {stroke: colour('--grid'), width: 1}};
    const plot = new uPlot({
      width: width(),
      height: 240,
      scales: {x: {time: false}},
      axes: [{...axis, label: 'step'}, {...axis, size: 64}],
      series: [{label: 'step'}, ...chart.series.map((line, index) => ({
        label: line.name,
        stroke: colour(COLOURS[index % COLOURS.length]),
        dash: DASHES[index % DASHES.length],
        width: 2,
        spanGaps: true,
      }))],
    }, aligned(chart.series), target);
    plots.push({plot, width, target});
  };

  const clear = () => {
    plots.splice(0).forEach(({plot, target}) => {
      plot.destroy();
      target.replaceChildren();
    });
  };

  const show = async () => {
    const response = await fetch(section.dataset.curves, {headers: {accept: 'application/json'}});
    if (!response.ok) {
      return;
    }
    const charts = (await response.json()).charts || [];
    clear();
    charts.forEach(chart => {
      const figure = section.querySelector(`[data-chart="${chart.key}"]`);
      if (figure) {
        draw(figure, chart);
      }
    });
  };

  // Nobody reads an error of a chart that is drawn again soon, and the tables are there.
  const refresh = () => show().catch(() => {});

  refresh();
  addEventListener('resize', () => plots.forEach(({plot, width}) => plot.setSize({width: width(), height: 240})));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh);
  section.addEventListener('htmx:afterSwap', refresh);
})();
