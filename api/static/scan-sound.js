// What a desk says, for ears: the eyes are on the thing and its label.

// Two pitches that are told apart without looking, and a shake where the device can.
const SOUNDS = { good: [880, 0.08], bad: [220, 0.3], wait: [440, 0.05] };
let audio = null;
export function beep(tone) {
  try {
    audio ??= new AudioContext();
    const [pitch, seconds] = SOUNDS[tone];
    const tune = new OscillatorNode(audio, { frequency: pitch });
    const volume = new GainNode(audio, { gain: 0.15 });
    tune.connect(volume).connect(audio.destination);
    tune.start();
    tune.stop(audio.currentTime + seconds);
    if (tone === "bad" && navigator.vibrate) navigator.vibrate(200);
  } catch {
    // Without sound the colour says it.
  }
}
