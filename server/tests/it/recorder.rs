//! The text of every statement that sqlx runs for one test, on whichever task or thread it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber, info_span};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, registry};

const RECORDED: &str = "recorded";

/// What ran, by the number of the run.
static RAN: Mutex<BTreeMap<u64, BTreeSet<String>>> = Mutex::new(BTreeMap::new());
static RUNS: AtomicU64 = AtomicU64::new(0);
static INSTALLED: LazyLock<()> = LazyLock::new(|| {
    // Every span: one that this listener leaves out, but another test's asks for, would stand between a statement on SQLite's
    // thread and the run that it belongs to.
    let filter = filter_fn(|about| about.target() == "sqlx::query" || about.is_span());
    registry().with(Recorder.with_filter(filter)).try_init().expect("nobody else listens");
});

/// Does `work` and returns each text that ran meanwhile. For a test on a thread of its own, as `#[tokio::test]` makes it:
/// what the tasks run that `work` spawns is recorded too.
pub async fn recorded(work: impl Future<Output = ()>) -> BTreeSet<String> {
    LazyLock::force(&INSTALLED);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    // All tasks of this thread run within the span, and hand it on to SQLite's threads.
    let entered = info_span!(RECORDED, run).entered();
    work.await;
    drop(entered);
    RAN.lock().expect("no panic").remove(&run).unwrap_or_default()
}

/// Keeps the text of each statement that sqlx reports to have run within such a span.
struct Recorder;

/// The number of the run that a span stands for.
struct Run(u64);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() != RECORDED {
            return;
        }
        let mut number = Number(None);
        attributes.record(&mut number);
        if let (Some(span), Number(Some(run))) = (context.span(id), number) {
            span.extensions_mut().insert(Run(run));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(mut scope) = context.event_scope(event) else { return };
        let Some(run) = scope.find_map(|span| span.extensions().get::<Run>().map(|run| run.0)) else { return };
        let mut statement = Statement::default();
        event.record(&mut statement);
        let text = if statement.whole.trim().is_empty() { statement.summary } else { statement.whole };
        RAN.lock().expect("no panic").entry(run).or_default().insert(text.trim().to_owned());
    }
}

struct Number(Option<u64>);

impl Visit for Number {
    fn record_u64(&mut self, _: &Field, value: u64) {
        self.0 = Some(value);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// A statement as sqlx reports it: its beginning, and all of it where that is more.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
