//! What a test's own thread writes to the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;

/// Keeps the log of this thread while it lives. For tests on a thread of their own, as `#[tokio::test]` makes them.
pub struct Said {
    lines: Lines,
    _guard: DefaultGuard,
}

impl Said {
    pub fn from_now_on() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
        let log = log.with_env_filter("info,server=debug").finish();
        Self { lines, _guard: tracing::subscriber::set_default(log) }
    }

    /// The lines so far that hold these words.
    pub fn with(&self, words: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.lines.0.lock().expect("no panic")).into_owned();
        text.lines().filter(|line| line.contains(words)).map(str::to_owned).collect()
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
