//! The client against a server in this process that answers as it is told.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::*;

const EMPTY: &str = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

/// Takes requests one by one and gives one answer after another.
struct Server {
    url: String,
    /// What came in, heads only.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// The last answer is given again and again.
    fn start(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            url,
            seen: Arc::clone(&seen),
        };
        std::thread::spawn(move || {
            for (stream, count) in listener.incoming().zip(0_usize..) {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(&stream).lines();
                let head: Vec<_> = lines
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .collect();
                seen.lock().unwrap().push(head.join("\n"));
                let answer = answers.get(count).or(answers.last()).unwrap();
                // A client that has enough hangs up.
                let _sent = stream.write_all(answer);
            }
        });
        server
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn client(&self, tries: u32) -> Client {
        let keys = Credentials::new("AKIAIOSFODNN7EXAMPLE", "key", None, None, "test");
        let config = SdkConfig::builder()
            .endpoint_url(&self.url)
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .build();
        let sender = Arc::new(Sender::new(&config, Duration::from_secs(20)).unwrap());
        let mut client = Client::new(&config, sender, "my.trail", "eu-west-3").unwrap();
        client.retry = Retry {
            tries,
            pause: Duration::from_millis(2),
            longest: Duration::from_millis(10),
        };
        client
    }
}

fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    for header in headers {
        text.push_str(&format!("{header}\r\n"));
    }
    let length = body.len();
    text.push_str(&format!("Content-Length: {length}\r\n\r\n{body}"));
    text.into_bytes()
}

fn error(status: &str, code: &str) -> Vec<u8> {
    let body = format!("<Error><Code>{code}</Code><Message>m</Message></Error>");
    answer(status, &[], &body)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

fn list(client: &Client) -> Result<Page, S3Error> {
    run(client.list(Query::default(), None))
}

#[test]
fn what_passes_is_asked_again() {
    let half = answer("200 OK", &[], EMPTY);
    let half = half.split_at(half.len() - 20).0.to_vec();
    let server = Server::start(vec![
        error("503 Slow Down", "SlowDown"),
        error("500 Internal Server Error", "InternalError"),
        half,
        error("200 OK", "InternalError"),
        answer("503 x", &["x-amz-retry-after: 3600000"], ""),
        answer("200 OK", &[], EMPTY),
    ]);
    assert_eq!(list(&server.client(6)), Ok(Page::default()));
    assert_eq!(server.seen().len(), 6);
}

#[test]
fn what_stays_is_told_and_what_stays_refused_is_asked_once() {
    let slow = Server::start(vec![error("503 Slow Down", "SlowDown")]);
    assert_eq!(
        list(&slow.client(3)).unwrap_err().to_string(),
        "SlowDown: m"
    );
    assert_eq!(slow.seen().len(), 3);
    let refused = Server::start(vec![error("403 Forbidden", "AccessDenied")]);
    let told = list(&refused.client(3)).unwrap_err();
    assert_eq!(told.to_string(), "AccessDenied: m");
    assert_eq!(refused.seen().len(), 1);
}

#[test]
fn no_redirect_is_followed() {
    let elsewhere = Server::start(vec![answer("200 OK", &[], EMPTY)]);
    for status in ["301 Moved Permanently", "307 Temporary Redirect"] {
        let location = format!("Location: {}/x", elsewhere.url);
        let headers = [&*location, "x-amz-bucket-region: ap-south-1"];
        let server = Server::start(vec![answer(status, &headers, "")]);
        let told = list(&server.client(3)).unwrap_err();
        let region = told.refusal().unwrap().region.as_deref();
        assert_eq!(region, Some("ap-south-1"));
        assert_eq!(server.seen().len(), 1);
    }
    assert_eq!(elsewhere.seen(), [""; 0]);
}

#[test]
fn a_wrong_clock_is_set_by_the_server() {
    let theirs = SystemTime::now() + Duration::from_secs(7200);
    let date = DateTime::from(theirs).fmt(Format::HttpDate).unwrap();
    let body = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
    let server = Server::start(vec![
        answer("403 Forbidden", &[&format!("Date: {date}")], body),
        answer("200 OK", &[], EMPTY),
    ]);
    assert!(list(&server.client(2)).is_ok());
    let hour = |time| {
        let text = DateTime::from(time).fmt(Format::DateTime).unwrap();
        text.replace(['-', ':'], "")
            .split_at("20261101T00".len())
            .0
            .to_owned()
    };
    let near = [theirs, theirs + Duration::from_secs(60)].map(hour);
    let second = server.seen().pop().unwrap();
    let is_in = |hour: &String| second.contains(&format!("x-amz-date: {hour}"));
    assert!(near.iter().any(is_in), "{second}");
}

#[test]
fn a_request_is_what_s3_documents() {
    let page = "<ListBucketResult><IsTruncated>true</IsTruncated>\
        <NextContinuationToken>t/+=</NextContinuationToken></ListBucketResult>";
    let server = Server::start(vec![
        answer("200 OK", &[], page),
        answer("200 OK", &[], EMPTY),
    ]);
    let query = Query {
        prefix: "a b+/\u{e9}",
        delimiter: Some("/"),
        after: Some("a&b"),
        count: None,
    };
    run(async {
        let client = server.client(1);
        let mut pages = Pages::new(&client, query);
        assert!(pages.next().await.unwrap().is_some());
        assert!(pages.next().await.unwrap().is_some());
        assert!(pages.next().await.unwrap().is_none());
    });
    let first = "GET /my.trail/?list-type=2&encoding-type=url&prefix=a%20b%2B%2F%C3%A9\
        &delimiter=%2F&start-after=a%26b";
    let seen = server.seen();
    assert!(
        seen[0].starts_with(&format!("{first} HTTP/1.1\n")),
        "{}",
        seen[0]
    );
    let second = format!("{first}&continuation-token=t%2F%2B%3D HTTP/1.1\n");
    assert!(seen[1].starts_with(&second), "{}", seen[1]);
    assert!(
        seen[0].contains("/eu-west-3/s3/aws4_request"),
        "{}",
        seen[0]
    );
    assert!(seen[0].contains("user-agent: gardefou/"), "{}", seen[0]);
}

#[test]
fn an_object_comes_as_asked_for() {
    let headers = ["Content-Range: bytes 0-3/9", "ETag: \"v1\""];
    let server = Server::start(vec![answer("206 Partial Content", &headers, "abcd")]);
    let range = Some("bytes=0-3".to_owned());
    let (got, bytes) = run(async {
        let client = server.client(1);
        let mut got = client
            .get("//dot/../k+", range, Some("\"v0\""))
            .await
            .unwrap();
        let bytes = send::next_bytes(&mut got.body).await.unwrap();
        (got, bytes)
    });
    assert_eq!(got.range.as_deref(), Some("bytes 0-3/9"));
    assert_eq!(got.tag.as_deref(), Some("\"v1\""));
    assert_eq!(bytes.as_deref(), Some(&b"abcd"[..]));
    let seen = &server.seen()[0];
    assert!(
        seen.starts_with("GET /my.trail///dot/../k%2B HTTP/1.1\n"),
        "{seen}"
    );
    for line in [
        "range: bytes=0-3",
        "if-match: \"v0\"",
        "x-amz-content-sha256: e3b0c442",
    ] {
        assert!(seen.contains(line), "{line}: {seen}");
    }
    assert!(seen.contains("SignedHeaders=host;if-match;range;x-amz-content-sha256;x-amz-date"));
}

#[test]
fn metadata_are_headers() {
    let headers = ["X-Amz-Meta-Signature: aB=", "x-amz-meta-x: ", "ETag: x"];
    let server = Server::start(vec![answer("200 OK", &headers, "")]);
    let found = run(server.client(1).head("k")).unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(found, [pair("signature", "aB="), pair("x", "")].into());
    assert!(server.seen()[0].starts_with("HEAD /my.trail/k HTTP/1.1\n"));
    let missing = Server::start(vec![answer("404 Not Found", &[], "")]);
    let told = run(missing.client(1).head("k")).unwrap_err();
    assert_eq!(told.to_string(), "NotFound");
}

#[test]
fn a_listing_that_never_ends_is_told() {
    let page = "<ListBucketResult><IsTruncated>true</IsTruncated>\
        <NextContinuationToken>t</NextContinuationToken></ListBucketResult>";
    let server = Server::start(vec![answer("200 OK", &[], page)]);
    let told = run(async {
        let client = server.client(1);
        let mut pages = Pages::new(&client, Query::default());
        assert!(pages.next().await.is_ok());
        pages.next().await.unwrap_err()
    });
    assert_eq!(told.to_string(), "the listing never ends");
}

#[test]
fn a_page_without_end_is_not_kept() {
    let long = " ".repeat(MAX_PAGE + 1);
    let server = Server::start(vec![answer("200 OK", &[], &long)]);
    let told = list(&server.client(1)).unwrap_err();
    assert_eq!(told.to_string(), "the answer is too long");
}

#[test]
fn no_server_and_no_credentials_are_told_apart() {
    let closed = Server {
        url: {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        },
        seen: Arc::default(),
    };
    let told = list(&closed.client(2)).unwrap_err();
    assert!(matches!(told, S3Error::Lost(_)) && told.passes(), "{told}");
    let config = SdkConfig::builder().endpoint_url(&closed.url).build();
    let sender = Arc::new(Sender::new(&config, Duration::from_secs(1)).unwrap());
    let client = Client::new(&config, sender, "logs", "us-east-1").unwrap();
    let told = list(&client).unwrap_err();
    assert!(matches!(told, S3Error::NoCredentials(_)), "{told}");
}
