// Here lives the beginning: styles, then the application in its place.
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { App } from './app.tsx';

const place = document.getElementById('app');
if (!place) throw new Error('index.html has no #app');
render(<App />, place);
