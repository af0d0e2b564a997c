//! A way from a process to its PostgreSQL that can be cut.

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Stands between a process and its database, and can be cut.
pub struct Cable {
    pub plugged: watch::Sender<bool>,
    /// The database as it is reached over the cable.
    pub url: String,
}

impl Cable {
    pub async fn to(database: &str) -> Self {
        let mut url = url::Url::parse(database).expect("a URL");
        let target = (url.host_str().expect("a host").to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        url.set_ip_host("127.0.0.1".parse().expect("an address")).expect("a URL with a host");
        url.set_port(Some(listener.local_addr().expect("an address").port())).expect("a URL with a host");
        let (plugged, plug) = watch::channel(true);
        let target = Arc::new(target);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut plug, target) = (plug.clone(), Arc::clone(&target));
                tokio::spawn(async move {
                    if !*plug.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect((target.0.as_str(), target.1)).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = plug.wait_for(|plugged| !plugged) => {}
                    }
                });
            }
        });
        Self { plugged, url: url.to_string() }
    }
}
