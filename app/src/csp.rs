//! The Content-Security-Policy, written once for pages (which carry a nonce) and for everything else (which runs nothing).

use std::sync::LazyLock;

/// `cargo leptos watch` tells the page to reload over a socket of its own.
static RELOAD_SOCKET: LazyLock<&'static str> = LazyLock::new(|| {
    if std::env::var_os("LEPTOS_WATCH").is_some() { " ws://127.0.0.1:3001 ws://localhost:3001" } else { "" }
});

/// What a response may load and run. Without a nonce no inline script runs at all.
///
/// The client is ES modules that import their WASM chunks: `'self'` covers every import, so `'strict-dynamic'`, which
/// would switch `'self'` off, is not wanted. `connect-src 'self'` includes the websocket of the same origin.
pub fn content_security_policy(nonce: Option<&str>) -> String {
    let nonce = nonce.map_or_else(String::new, |nonce| format!(" 'nonce-{nonce}'"));
    let reload = *RELOAD_SOCKET;
    format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; frame-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_inline_runs_without_the_nonce() {
        let page = content_security_policy(Some("abc"));
        assert!(page.contains("script-src 'self' 'nonce-abc' 'wasm-unsafe-eval';"), "{page}");
        let other = content_security_policy(None);
        assert!(other.contains("script-src 'self' 'wasm-unsafe-eval';"), "{other}");
        assert!(!page.contains("unsafe-inline") && !other.contains("unsafe-inline"));
    }
}
