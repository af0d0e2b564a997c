//! The least HTTP/1.1 client that keeps its connection: it must cost as little as possible beside what it measures.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Outcome;

pub struct Connection(BufReader<TcpStream>);

pub struct Answer {
    pub status: u16,
    /// Every cookie that it sets, as a browser sends them back.
    pub set_cookie: Option<String>,
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(64 * 1024, stream)))
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Outcome<Answer> {
        self.0.get_mut().write_all(request).await?;
        let mut line = String::new();
        self.line(&mut line).await?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        let (mut length, mut chunked, mut set_cookie) = (0, false, None);
        loop {
            self.line(&mut line).await?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse()?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case("chunked");
            } else if name.eq_ignore_ascii_case("set-cookie") {
                let cookie = value.split(';').next().unwrap_or_default();
                set_cookie = Some(set_cookie.map_or(cookie.to_owned(), |before: String| format!("{before}; {cookie}")));
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                self.line(&mut line).await?;
                let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16)?;
                self.take(size, &mut body).await?;
                self.line(&mut line).await?;
                if size == 0 {
                    break;
                }
            }
        } else {
            self.take(length, &mut body).await?;
        }
        Ok(Answer { status, set_cookie, body })
    }

    async fn line(&mut self, line: &mut String) -> Outcome<()> {
        line.clear();
        if self.0.read_line(line).await? == 0 {
            return Err("the server hung up".into());
        }
        line.truncate(line.trim_end().len());
        Ok(())
    }

    async fn take(&mut self, size: usize, body: &mut Vec<u8>) -> Outcome<()> {
        let from = body.len();
        body.resize(from + size, 0);
        self.0.read_exact(&mut body[from..]).await?;
        Ok(())
    }
}

/// Runs a load on one thread of its own: the client shares the machine with what it measures, and must not also spread its
/// work over all cores and move it between them.
pub async fn on_one_thread<T, L>(load: impl FnOnce() -> L + Send + 'static) -> Outcome<T>
where
    T: Send + 'static,
    L: Future<Output = Outcome<T>>,
{
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(load());
    tokio::task::spawn_blocking(run).await?
}

/// A request as bytes, made before the clock runs.
pub fn request(method: &str, address: SocketAddr, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
