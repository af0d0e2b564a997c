//! The scripts of guests' pages, as they are sent: without comments and indents.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

/// Where the page's own script is.
pub const SCRIPT: &str = "/guest.js";
/// Where the worker is that keeps the page for when there is no network.
pub const WORKER: &str = "/guest-worker.js";

/// In a block of its own, so that nothing of it is global. Uploads are in it always: a request of a file may come while the page is open.
pub static GUEST_SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let parts = concat!(include_str!("exchange.js"), include_str!("guest.js"), include_str!("../requests/upload.js"));
    format!("{{\n{}\n}}", without_comments(parts))
});
pub static GUEST_WORKER: LazyLock<String> = LazyLock::new(|| without_comments(include_str!("guest_worker.js")));

/// The address of the page's script, which names its content.
pub fn guest_script() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = DefaultHasher::new();
        GUEST_SCRIPT.hash(&mut hasher);
        format!("{SCRIPT}?{:016x}", hasher.finish())
    });
    &ADDRESS
}

fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
