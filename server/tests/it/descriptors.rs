//! The binary at the limit of open files.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::database::Folder;
use crate::life::Server;
use crate::support::server_fn;

/// The most files that a server may have open.
const FEW_FILES: usize = 96;

#[test]
fn e20_at_the_limit_of_open_files_it_says_so_and_serves_those_it_has() {
    let folder = Folder::new();
    let limited = format!("ulimit -n {FEW_FILES}; exec \"$0\"");
    let mut server = Server::start_by(
        Command::new("sh").args(["-c", &limited, env!("CARGO_BIN_EXE_callboard")]),
        &folder,
        &[("CALLBOARD_DEMO", "1")],
    );
    let address = server.address();
    let mut regular = KeptAlive::connect(&address);
    assert_eq!(regular.get("/sign-in"), "HTTP/1.1 200 OK");
    let crowd: Vec<TcpStream> =
        (0..2 * FEW_FILES).map(|_| TcpStream::connect(&address).expect("somebody listens")).collect();
    // In a crowd not everybody is waited for.
    assert!((0..200).any(|_| newcomer(&address).starts_with("HTTP/1.1 503 Service Unavailable")), "it is said");
    for path in ["/sign-in", "/v/some-token", "/readyz", "/nowhere"] {
        let status = regular.get(path);
        assert!(!status.contains(" 50"), "{path}: {status}");
    }
    drop(crowd);
    assert!((0..200).any(|_| newcomer(&address).starts_with("HTTP/1.1 200 OK")), "there is room again");
}

/// What a new connection hears, if it is not only cut.
fn newcomer(address: &str) -> String {
    let mut connection = TcpStream::connect(address).expect("somebody listens");
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    // A reset takes what was heard so far with it.
    let _ = connection.write_all(request.as_bytes()).and_then(|()| connection.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn e20_no_page_reads_a_file() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &[("CALLBOARD_DEMO", "1")]);
    let mut regular = KeptAlive::connect(&server.address());
    regular.sign_in();
    // Every connection to the database and every thread is there now.
    for _ in 0..3 {
        assert_eq!(regular.get("/events"), "HTTP/1.1 200 OK");
    }
    let process = Pid::from_raw(server.process.id().try_into().expect("a number")).expect("not zero");
    let none = Rlimit { current: Some(3), maximum: Some(3) };
    prlimit(Some(process), Resource::Nofile, none).expect("its owner may");
    for path in [
        "/events",
        "/events/1",
        "/contacts",
        "/contacts/new",
        "/contacts/1",
        "/contacts/1/events",
        "/contacts/1/emails",
    ] {
        assert_eq!(regular.get(path), "HTTP/1.1 200 OK", "{path}");
    }
    assert_eq!(regular.get("/contacts/987654"), "HTTP/1.1 404 Not Found");
    assert_eq!(regular.get("/v/some-token"), "HTTP/1.1 404 Not Found");
}

/// A connection over which one request follows another.
struct KeptAlive {
    stream: BufReader<TcpStream>,
    address: String,
    cookie: String,
}

impl KeptAlive {
    fn connect(address: &str) -> Self {
        let stream = BufReader::new(TcpStream::connect(address).expect("somebody listens"));
        Self { stream, address: address.to_owned(), cookie: String::new() }
    }

    /// The first line of the answer.
    fn get(&mut self, path: &str) -> String {
        self.ask("GET", path, "")[0].clone()
    }

    fn sign_in(&mut self) {
        let head = self.ask("POST", server_fn("sign_in"), "email=demo%40callboard.test&password=callboard-demo");
        let set = head.iter().filter_map(|line| line.strip_prefix("set-cookie: "));
        let cookies: Vec<&str> = set.filter_map(|cookie| cookie.split(';').next()).collect();
        self.cookie = cookies.join("; ");
        assert!(self.cookie.contains("callboard_session="), "{head:?}");
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Vec<String> {
        let (address, cookie, length) = (&self.address, &self.cookie, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-length: {length}\r\n\
             content-type: application/x-www-form-urlencoded\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).expect("a request");
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("a header");
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        match head.iter().find_map(|line| line.strip_prefix("content-length: ")) {
            Some(length) => self.skip(length.parse().expect("a number")),
            None => while self.skip_chunk() {},
        }
        head
    }

    /// Whether there is more of a body in chunks.
    fn skip_chunk(&mut self) -> bool {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a chunk");
        let length = u64::from_str_radix(line.trim(), 16).expect("its length");
        self.skip(length + 2);
        length > 0
    }

    fn skip(&mut self, length: u64) {
        std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink()).expect("a body");
    }
}
