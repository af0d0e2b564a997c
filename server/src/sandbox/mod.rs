//! A mail provider on this machine: it takes mail over real SMTP, keeps it for `/sandbox`, and reports on it as Resend
//! does, by real signed webhooks over HTTP. No mail ever leaves the machine.
//!
//! The recipient's local part picks what is reported (`outcome`). A mail and the reports it will cause are committed
//! before the mail is acknowledged, so they survive a crash; a report is repeated until it is taken (at least once, in no
//! promised order). The rest of the program cannot tell it from a provider far away.

mod callbacks;
mod mailbox;
mod outcome;
mod session;
mod smtp;
mod store;
mod wire;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Notify;

pub use mailbox::routes;

use crate::core::Core;
use crate::workers::Workers;

/// Mails that stay when the sandbox starts.
const KEPT_MAILS: i64 = 2_000;

/// The sandbox while it runs.
pub struct Sandbox {
    address: SocketAddr,
}

impl Sandbox {
    /// Where the outbox hands over.
    pub fn smtp_url(&self) -> String {
        format!("smtp://{}", self.address)
    }
}

/// Listens on a free port of loopback and starts to report. Ends after the stop.
pub async fn start(core: &Core, workers: &mut Workers) -> std::io::Result<Sandbox> {
    if let Err(error) = store::prune(&core.db, KEPT_MAILS).await {
        tracing::warn!(error = %error, "Old mails of the sandbox could not be removed.");
    }
    let listener = Arc::new(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?);
    let address = listener.local_addr()?;
    let wake = Arc::new(Notify::new());
    {
        let (core, wake) = (core.clone(), Arc::clone(&wake));
        workers.run("sandbox: mail", move |stop| {
            smtp::listen(core.clone(), Arc::clone(&listener), Arc::clone(&wake), stop)
        });
    }
    let (core, url) = (core.clone(), webhook_url(core.config.addr));
    workers.run("sandbox: reports", move |stop| callbacks::run(core.clone(), url.clone(), Arc::clone(&wake), stop));
    tracing::info!(%address, "The sandbox takes mail; none leaves this machine.");
    Ok(Sandbox { address })
}

/// Our own webhook route, on loopback also where the app listens on every interface.
fn webhook_url(addr: SocketAddr) -> String {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}/webhooks/resend", SocketAddr::new(ip, addr.port()))
}
