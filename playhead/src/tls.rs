//! TLS by rustls, where the operator gives a certificate. The files are read again at every SIGHUP, so that a renewed
//! certificate costs no connection; files that cannot be read then leave the old one in place.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::Context as _;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::signal::unix::{SignalKind, signal};

/// Where the certificate is.
#[derive(Debug, Clone)]
pub struct Files {
    /// The chain, PEM, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// The certificate as it was last read.
#[derive(Debug)]
pub struct Certificate {
    files: Files,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads the files.
    pub fn open(files: Files) -> anyhow::Result<Arc<Self>> {
        let provider = Arc::new(ring::default_provider());
        let current = RwLock::new(Arc::new(read(&files, &provider)?));
        Ok(Arc::new(Self {
            files,
            provider,
            current,
        }))
    }

    /// What a server takes: TLS 1.2 and 1.3.
    pub fn config(self: &Arc<Self>) -> anyhow::Result<ServerConfig> {
        Ok(ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>))
    }

    /// Reads the files again; handshakes from now on use what is in them.
    pub fn reload(&self) -> anyhow::Result<()> {
        let read = Arc::new(read(&self.files, &self.provider)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// Reloads at every SIGHUP, for ever.
    pub async fn reload_when_told(self: Arc<Self>) -> anyhow::Result<()> {
        let mut hangups = signal(SignalKind::hangup()).context("listening for SIGHUP")?;
        while hangups.recv().await.is_some() {
            match self.reload() {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::error!(error = format!("{error:#}"), "the old certificate stays"),
            }
        }
        Ok(())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(files: &Files, provider: &CryptoProvider) -> anyhow::Result<CertifiedKey> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("reading the certificate {}", files.certificate.display()))?;
    anyhow::ensure!(
        !chain.is_empty(),
        "{} holds no certificate",
        files.certificate.display()
    );
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .with_context(|| format!("reading the private key {}", files.key.display()))?;
    // Also says whether the two belong together.
    CertifiedKey::from_der(chain, key, provider).context("the certificate and its key")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{net::SocketAddr, path::Path};

    use actix_web::{App, HttpServer, web};
    use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::TlsConnector;

    use super::*;

    /// Writes a new self-signed certificate for `localhost`.
    fn make(folder: &Path) -> (Files, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let files = Files {
            certificate: folder.join("cert.pem"),
            key: folder.join("key.pem"),
        };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        (files, made.cert.der().clone())
    }

    /// Asks over TLS, trusting `root` only; gives the status line.
    async fn ask(address: SocketAddr, root: &CertificateDer<'static>) -> std::io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(root.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = tokio::net::TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned())
    }

    #[actix_web::test]
    async fn a_server_speaks_tls_with_the_certificate_that_is_in_the_files_now() {
        let folder = tempfile::tempdir().unwrap();
        let (files, first) = make(folder.path());
        let certificate = Certificate::open(files.clone()).unwrap();
        let server = HttpServer::new(|| App::new().route("/", web::get().to(|| async { "fine" })))
            .workers(1)
            .bind_rustls_0_23("127.0.0.1:0", certificate.config().unwrap())
            .unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        assert_eq!(ask(address, &first).await.unwrap(), "HTTP/1.1 200 OK");
        let (_, second) = make(folder.path());
        assert!(ask(address, &second).await.is_err(), "not read yet");
        certificate.reload().unwrap();
        assert_eq!(ask(address, &second).await.unwrap(), "HTTP/1.1 200 OK");
        assert!(ask(address, &first).await.is_err());
        std::fs::write(&files.key, "rubbish").unwrap();
        assert!(certificate.reload().is_err());
        assert_eq!(
            ask(address, &second).await.unwrap(),
            "HTTP/1.1 200 OK",
            "the old one stays"
        );
        // Plain HTTP is not served there.
        let mut plain = tokio::net::TcpStream::connect(address).await.unwrap();
        plain
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        let _ = plain.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/"));
        handle.stop(false).await;
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ((files, _), (others, _)) = (make(folder.path()), make(other.path()));
        let mixed = Files {
            key: others.key,
            ..files
        };
        let error = format!("{:#}", Certificate::open(mixed).unwrap_err());
        assert!(error.contains("the certificate and its key"), "{error}");
    }
}
