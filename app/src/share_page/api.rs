//! Server functions of the guest's page.

use leptos::prelude::*;

use super::RunOfShow;
use crate::domain::ids::{IdempotencyKey, ItemId};
use crate::domain::progress::Progress;
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_run_of_show")]
pub async fn load_run_of_show(token: String) -> Result<RunOfShow, AppError> {
    use crate::backend;
    backend::enter_as_guest().share_page.open(token).await.map_err(backend::report)
}

/// Says how far an item of the guest's own is.
#[server(protocol = Wire, endpoint = "press_item")]
pub async fn press_item(
    token: String,
    item: ItemId,
    from: Progress,
    to: Progress,
    #[server(default)] key: Option<IdempotencyKey>,
    #[server(default)] seconds_ago: u32,
) -> Result<(), AppError> {
    use super::Press;
    use crate::backend;
    let press = Press { item, from, to, key, seconds_ago };
    backend::enter_as_guest().share_page.press(token, press).await.map_err(backend::report)
}
