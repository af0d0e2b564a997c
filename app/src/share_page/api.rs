//! Server functions of the guest's page.

use leptos::prelude::*;

use super::RunOfShow;
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_run_of_show")]
pub async fn load_run_of_show(token: String) -> Result<RunOfShow, AppError> {
    use crate::backend;
    backend::enter_as_guest().share_page.open(token).await.map_err(backend::report)
}
