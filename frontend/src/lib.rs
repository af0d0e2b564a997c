//! The hydrated client. It holds one call; everything people see is in `app`.

use leptos::mount::hydrate_from_async;
use leptos::prelude::document;
use wasm_bindgen::JsCast;

/// Takes over the server's HTML, loading the chunk of the screen on the way, then says so.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        let body = document().body().expect("the document has a body").unchecked_into();
        hydrate_from_async(body, app::App).await.forget();
        app::mark_hydrated();
    });
}
