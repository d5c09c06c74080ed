export { graphAsMermaid } from './graph-mermaid.ts';
export { graphAsSvg } from './graph-svg.ts';
export { graphAsText } from './graph-text.ts';
