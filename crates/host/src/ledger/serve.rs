//! A small HTTP server: one kind of request, answered by a function.
//!
//! It is meant to stand behind a firewall or a TLS proxy and to survive
//! whoever reaches it: bodies, headers, time and connections are limited.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Connections at once; more wait.
const CONNECTIONS: usize = 64;

/// For the head of a request to arrive.
const HEAD: Duration = Duration::from_secs(10);

/// For a connection, whatever it does.
const WHOLE: Duration = Duration::from_secs(60);

/// A request, read whole.
#[derive(Debug)]
pub struct HttpRequest {
    /// `POST`.
    pub method: String,
    /// `/add-checkpoint`.
    pub path: String,
    /// Its body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// Content type.
    pub form: &'static str,
    /// Its body.
    pub body: String,
}

/// Answers requests at one address until the process ends. `ready` is told the
/// address in use, which matters when port 0 was asked for.
///
/// # Errors
/// An address that cannot be listened on.
pub fn serve_http(
    listen: SocketAddr,
    max_body: usize,
    ready: impl FnOnce(SocketAddr),
    answer: impl Fn(HttpRequest) -> HttpAnswer + Send + Sync + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    runtime.block_on(async move {
        let listener = TcpListener::bind(listen).await?;
        ready(listener.local_addr()?);
        let answer = Arc::new(answer);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return Ok(());
            };
            let Ok((stream, _)) = listener.accept().await else {
                // Out of file descriptors, most likely; others will end.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let _ = timeout(WHOLE, connection(stream, max_body, answer)).await;
                drop(place);
            });
        }
    })
}

async fn connection(
    stream: TcpStream,
    max_body: usize,
    answer: Arc<impl Fn(HttpRequest) -> HttpAnswer + Send + Sync + 'static>,
) {
    let service = service_fn(move |request| {
        let answer = Arc::clone(&answer);
        async move { Ok::<_, Infallible>(respond(request, max_body, &*answer).await) }
    });
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(32 << 10)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(
    request: Request<Incoming>,
    max_body: usize,
    answer: &(impl Fn(HttpRequest) -> HttpAnswer + Send + Sync),
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let answer = match Limited::new(body, max_body).collect().await {
        Ok(body) => answer(HttpRequest {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            body: body.to_bytes().to_vec(),
        }),
        Err(_) => HttpAnswer {
            status: 413,
            form: "text/plain; charset=utf-8",
            body: "the request is too large\n".to_owned(),
        },
    };
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let form = hyper::header::HeaderValue::from_static(answer.form);
    response.headers_mut().insert(CONTENT_TYPE, form);
    response
}
