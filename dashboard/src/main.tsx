// Here lives the beginning: styles, what is asked at once, then the application in its place. Each step is a task of its own: what index.html
// shows stands meanwhile, and goes when the application comes.
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { Api } from './api.ts';
import { App } from './app.tsx';
import { First } from './first.ts';
import { firstKey } from './key.ts';
import { routeHere } from './use.ts';

const place = document.getElementById('app');
if (!place) throw new Error('index.html has no #app');
const key = firstKey();
const first = key ? new First(key, new Api(key)) : null;
setTimeout(() => {
  // The first look at a time zone has the browser load all it knows of calendars and numbers: the catalogues are on their way by then.
  first?.ask(routeHere(), Date.now());
  setTimeout(() => {
    place.replaceChildren();
    render(<App first={first} />, place);
  });
});
