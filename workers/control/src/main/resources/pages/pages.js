// Draws the curves of a run. Everything else on the pages works without script, or by htmx.
'use strict';
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
