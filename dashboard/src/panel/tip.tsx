// Here lives the one tooltip of the page: it shows the `data-tip` of what is pointed at or focused. What it says also
// stands in the page for screen readers, so it is decoration and hidden from them.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export function Tip() {
  const box = useRef<HTMLDivElement>(null);
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);

  useEffect(() => {
    const find = (event: Event) => (event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null);
    const onOver = (event: Event) => setTarget(find(event));
    const onFocus = (event: Event) => {
      const found = find(event);
      setTarget(found?.matches(':focus-visible') ? found : null);
    };
    const hide = () => setTarget(null);
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    document.addEventListener('pointerover', onOver);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', onKey);
    addEventListener('scroll', hide, { passive: true, capture: true });
    return () => {
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', onKey);
      removeEventListener('scroll', hide, { capture: true });
    };
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!target || !element) return setPlace(null);
    const at = target.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const left = Math.max(8, Math.min(innerWidth - width - 8, at.left + at.width / 2 - width / 2));
    const below = at.bottom + 8;
    setPlace({ left, top: below + height < innerHeight - 8 ? below : Math.max(8, at.top - height - 8) });
  }, [target]);

  const lines = target?.dataset.tip?.split('\n') ?? [];
  if (lines.length === 0) return null;
  return (
    <div ref={box} class="tip" aria-hidden="true" style={place ? { left: `${place.left}px`, top: `${place.top}px` } : { visibility: 'hidden' }}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
