//! Server functions of the guest's page.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::RunOfShow;
use crate::error::AppError;

#[server(input = Json, endpoint = "load_run_of_show")]
pub async fn load_run_of_show(token: String) -> Result<RunOfShow, AppError> {
    use crate::backend;
    backend::enter_as_guest().share_page.open(token).await.map_err(backend::report)
}
