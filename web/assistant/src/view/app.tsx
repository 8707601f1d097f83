export function App() {
  return <main data-testid="assistant" />;
}
