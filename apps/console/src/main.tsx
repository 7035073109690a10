import '@picocss/pico/css/pico.min.css';
import './style.css';
import { render } from 'preact';
import { Console } from './console.js';

const place = document.getElementById('console');
if (place) render(<Console />, place);
