//! How https is begun.

use tokenward_http::{HttpOptions, RetryOptions};
use tokenward_mist::Mist;
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::support::CREDENTIAL;

/// The first record that a client sends to an https address.
async fn first_record() -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mist = Mist::builder(CREDENTIAL)
        .base_url(format!("https://{address}"))
        .http(HttpOptions::default().with_retry(RetryOptions::none()))
        .build()
        .unwrap();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut record = vec![0; 5];
        connection.read_exact(&mut record).await.unwrap();
        let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
        record.resize(5 + length, 0);
        connection.read_exact(&mut record[5..]).await.unwrap();
        record
    };
    let (answer, record) = tokio::join!(mist.raw().get_org_api_token("org", "id"), server);
    answer.unwrap_err();
    record
}

fn holds(record: &[u8], part: &[u8]) -> bool {
    record.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn https_begins_with_a_handshake_that_offers_tls_1_3_and_1_2_for_http_1_1_alone() {
    let record = first_record().await;

    const HANDSHAKE: u8 = 0x16;
    assert_eq!(record[0], HANDSHAKE);
    // The extensions `supported_versions` and `application_layer_protocol_negotiation`, whole.
    assert!(holds(&record, &[0x00, 0x2b, 0x00, 0x05, 0x04, 0x03, 0x04, 0x03, 0x03]), "{record:02x?}");
    assert!(holds(&record, b"\x00\x10\x00\x0b\x00\x09\x08http/1.1"), "{record:02x?}");
    assert!(!holds(&record, CREDENTIAL.as_bytes()));
}
