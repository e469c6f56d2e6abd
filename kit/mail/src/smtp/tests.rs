//! Speaks SMTP with servers that answer, refuse, and say nothing.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

use std::sync::Arc;

use lettre::message::MultiPart;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::*;

/// A mail server on a port of its own (RFC 5321), which answers each recipient with the given line.
struct Server {
    url: String,
    mails: mpsc::UnboundedReceiver<String>,
}

impl Server {
    async fn answering(recipient: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (sender, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, recipient, sender.clone()));
            }
        });
        Self { url, mails }
    }

    /// Accepts connections and says nothing.
    async fn silent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (_, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok(accepted) = listener.accept().await {
                held.push(accepted);
            }
        });
        Self { url, mails }
    }
}

async fn converse(
    stream: TcpStream,
    recipient: &'static str,
    mails: mpsc::UnboundedSender<String>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line
            .split([' ', '\r'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let answer = match verb.as_str() {
            "RCPT" => recipient,
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut mail).await?;
                }
                let _ = mails.send(mail);
                "250 kept"
            }
            _ => "250 mail.example",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn letter() -> Message {
    Message::builder()
        .message_id(Some("<job_1@stoa.example>".to_owned()))
        .from("no-reply@stoa.example".parse().unwrap())
        .to("rahim@example.org".parse().unwrap())
        .subject("আপনার অর্ডার")
        .multipart(MultiPart::alternative_plain_html(
            "ধন্যবাদ".to_owned(),
            "<p>ধন্যবাদ</p>".to_owned(),
        ))
        .unwrap()
}

fn smtp(server: &Server) -> Smtp {
    let patience = Duration::from_millis(300);
    Smtp::with_patience(&server.url, patience, patience).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_arrives_as_it_was_written() {
    let mut server = Server::answering("250 ok").await;
    smtp(&server).send(letter(), &Clock::System).await.unwrap();
    let mail = server.mails.recv().await.unwrap();
    assert!(mail.contains("Message-ID: <job_1@stoa.example>"), "{mail}");
    assert!(mail.is_ascii(), "{mail}");
}

/// FLT-16: what the server refuses for good is dead, what it refuses for now is tried again, and neither stops others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_told_apart() {
    let server = Server::answering("550 no such mailbox").await;
    let refused = smtp(&server);
    for _ in 0..2 {
        let error = refused.send(letter(), &Clock::System).await.unwrap_err();
        assert!(matches!(error, JobError::Hopeless(_)), "{error}");
    }
    let server = Server::answering("451 come back later").await;
    let busy = smtp(&server);
    for _ in 0..2 {
        let error = busy.send(letter(), &Clock::System).await.unwrap_err();
        assert!(matches!(error, JobError::Again(_)), "{error}");
    }
    let server = Server::answering("530 who are you").await;
    let error = smtp(&server).send(letter(), &Clock::System).await.unwrap_err();
    assert!(matches!(error, JobError::Again(_)), "{error}");
}

/// FLT-16: a server that accepts and never answers costs one attempt; until it is tried again, letters are put off at
/// once and lose none of theirs. Then one letter tries for all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_pins_nobody() {
    let server = Server::silent().await;
    let smtp = Arc::new(smtp(&server));
    let (clock, hand) = Clock::manual(Clock::System.now());
    let error = smtp.send(letter(), &clock).await.unwrap_err();
    assert!(matches!(error, JobError::Again(_)), "{error}");
    for _ in 0..100 {
        let error = smtp.send(letter(), &clock).await.unwrap_err();
        assert!(matches!(error, JobError::PutOff(..)), "{error}");
    }
    hand.advance(PAUSE * 2);
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (smtp, clock) = (Arc::clone(&smtp), clock.clone());
            tokio::spawn(async move { smtp.send(letter(), &clock).await.unwrap_err() })
        })
        .collect();
    let mut tried = 0;
    for attempt in tries {
        tried += usize::from(matches!(attempt.await.unwrap(), JobError::Again(_)));
    }
    assert_eq!(tried, 1);
}

/// FLT-16: where nobody listens, letters are put off until somebody does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_back_gets_the_letters() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    drop(taken);
    let patience = Duration::from_secs(5);
    let smtp = Smtp::with_patience(&format!("smtp://{address}"), patience, patience).unwrap();
    let (clock, hand) = Clock::manual(Clock::System.now());
    smtp.send(letter(), &clock).await.unwrap_err();
    let listener = TcpListener::bind(address).await.unwrap();
    let (sender, mut mails) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, "250 ok", sender).await
    });
    let error = smtp.send(letter(), &clock).await.unwrap_err();
    assert!(matches!(error, JobError::PutOff(..)), "{error}");
    hand.advance(PAUSE);
    smtp.send(letter(), &clock).await.unwrap();
    assert!(mails.recv().await.is_some());
}
