'use strict';
(() => {
  const ANSWERS_SHOWN = 40;
  const DRAWN = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'opacity',
    'font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order'];
  const data = JSON.parse(document.getElementById('report-data').textContent);
  document.documentElement.classList.add('scripted');

  function element(name, properties, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties || {})) {
      if (key in made) {
        made[key] = value;
      } else {
        made.setAttribute(key, value);
      }
    }
    made.append(...children);
    return made;
  }

  function download(name, content, type) {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], {type}));
    element('a', {href: url, download: name}).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  function fileName(id, extension) {
    return (data.name + '-' + id).replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 120) + '.' + extension;
  }

  function csvCell(value) {
    let text = value === null ? '' : String(value);
    // A spreadsheet would run such a text as a formula.
    if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) {
      text = "'" + text;
    }
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csv(figure) {
    return [figure.columns].concat(figure.rows)
      .map(row => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
  }

  /** The chart with its styles written into it, on the page's ground. */
  function standaloneSvg(chart) {
    const copy = chart.cloneNode(true);
    const box = chart.viewBox.baseVal;
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    copy.setAttribute('width', box.width);
    copy.setAttribute('height', box.height);
    const from = chart.querySelectorAll('*');
    copy.querySelectorAll('*').forEach((target, index) => {
      const style = getComputedStyle(from[index]);
      DRAWN.forEach(property => target.setAttribute(property, style.getPropertyValue(property)));
      target.removeAttribute('class');
    });
    const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    ground.setAttribute('width', box.width);
    ground.setAttribute('height', box.height);
    ground.setAttribute('fill',
      getComputedStyle(document.documentElement).getPropertyValue('--card').trim());
    copy.prepend(ground);
    return new XMLSerializer().serializeToString(copy);
  }

  function downloadPng(chart, name) {
    const box = chart.viewBox.baseVal;
    const image = new Image();
    image.onload = () => {
      const canvas = element('canvas', {width: 2 * box.width, height: 2 * box.height});
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(blob => download(name, blob));
    };
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(standaloneSvg(chart));
  }

  function button(text, label, action) {
    return element('button', {type: 'button', onclick: action, 'aria-label': label}, text);
  }

  function tool(format, what, action) {
    return button(format, format + ' of ' + what, action);
  }

  function addTools(place) {
    const figure = data.figures.find(one => one.id === place.dataset.figure);
    const chart = place.querySelector('svg[role="img"]');
    const tools = element('div', {className: 'tools'});
    if (figure) {
      tools.append(
        tool('CSV', figure.title, () => download(fileName(figure.id, 'csv'), csv(figure), 'text/csv')),
        tool('JSON', figure.title, () =>
          download(fileName(figure.id, 'json'), JSON.stringify(figure, null, 2), 'application/json')));
    }
    if (chart) {
      const title = figure ? figure.title : 'the chart';
      tools.append(
        tool('SVG', title, () =>
          download(fileName(place.dataset.figure, 'svg'), standaloneSvg(chart), 'image/svg+xml')),
        tool('PNG', title, () => downloadPng(chart, fileName(place.dataset.figure, 'png'))));
    }
    if (tools.childElementCount > 0) {
      place.append(tools);
    }
  }

  function labelled(name, text) {
    return element('p', {className: 'note'}, name + ': ', element('bdi', {}, text));
  }

  function statement(answer) {
    const problem = data.problems[answer.problem];
    if (answer.redacted || !problem) {
      return answer.redacted ? 'problem ' + answer.problem.slice(0, 12) + ', not shown' : answer.problem;
    }
    return problem.problem;
  }

  /** The options as the sample was asked: rotated to the left by its index; answer and gold are letters of these. */
  function asked(choices, index) {
    const shift = choices.length === 0 ? 0 : index % choices.length;
    return [...choices.slice(shift), ...choices.slice(0, shift)];
  }

  function show(answer) {
    const details = element('details', {},
      element('summary', {},
        element('span', {className: 'tag'}, answer.outcome), ' ',
        element('span', {className: 'tag'}, answer.model + ', ' + answer.benchmark), ' ',
        element('bdi', {}, statement(answer).slice(0, 160))));
    details.addEventListener('toggle', () => {
      if (details.childElementCount > 1) {
        return;
      }
      details.append(labelled('Sample', answer.index + ' of its problem, ' + answer.tokens + ' tokens'));
      if (answer.redacted) {
        details.append(element('p', {className: 'note'},
          'Problem, options, answer and text of this benchmark are not shown.'));
        return;
      }
      const problem = data.problems[answer.problem];
      details.append(element('pre', {className: 'text', dir: 'auto', tabIndex: 0}, statement(answer)));
      if (problem && problem.choices.length > 0) {
        details.append(element('ol', {type: 'A'}, ...asked(problem.choices, answer.index).map(choice =>
          element('li', {className: 'text', dir: 'auto'}, choice))));
      }
      details.append(
        labelled('Extracted answer', answer.answer === '' ? 'none' : answer.answer),
        labelled('Gold answer', answer.gold));
      if (answer.reason !== '') {
        details.append(labelled('Reason', answer.reason));
      }
      details.append(element('pre', {className: 'text', dir: 'auto', tabIndex: 0}, answer.text));
    });
    return details;
  }

  function browse(place) {
    const filters = [...place.querySelectorAll('select[data-filter]')];
    const search = place.querySelector('input[data-filter]');
    const list = place.querySelector('[data-list]');
    const more = place.querySelector('[data-more]');
    const count = place.querySelector('[data-count]');
    let found = [];
    let shown = 0;

    function showMore() {
      list.append(...found.slice(shown, shown + ANSWERS_SHOWN).map(show));
      shown = Math.min(found.length, shown + ANSWERS_SHOWN);
      more.hidden = shown === found.length;
      count.textContent = found.length + ' of ' + data.answers.length + ' answers'
        + (shown < found.length ? ', the first ' + shown + ' shown' : '');
    }

    function matches(answer, words) {
      return filters.every(one => one.value === '' || answer[one.dataset.filter] === one.value)
        && (words === '' || [answer.redacted ? '' : statement(answer), answer.answer, answer.gold,
          answer.text, answer.problem].some(text => text.toLowerCase().includes(words)));
    }

    function filter() {
      found = data.answers.filter(answer => matches(answer, search.value.toLowerCase()));
      shown = 0;
      list.replaceChildren();
      showMore();
    }

    for (const one of filters) {
      const values = [...new Set(data.answers.map(answer => answer[one.dataset.filter]))];
      one.append(element('option', {value: ''}, 'all'),
        ...values.map(value => element('option', {value}, value)));
      one.addEventListener('change', filter);
    }
    search.addEventListener('input', filter);
    more.addEventListener('click', showMore);
    place.hidden = false;
    filter();
  }

  document.querySelectorAll('[data-figure]').forEach(addTools);
  document.querySelectorAll('[data-answers]').forEach(browse);
  document.querySelectorAll('[data-all]').forEach(place => place.append(
    button('All figures as JSON', 'All figures as JSON', () =>
      download(fileName('figures', 'json'), JSON.stringify(data.figures, null, 2), 'application/json'))));

  // A closed element would be left out of the print.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('main details:not([open])')].filter(one => !one.closest('.live'));
    opened.forEach(one => { one.open = true; });
  });
  addEventListener('afterprint', () => {
    opened.forEach(one => { one.open = false; });
  });
})();
