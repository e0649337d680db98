//! Other servers, answering in this process.

use std::{cell::RefCell, collections::BTreeMap, future::pending, rc::Rc};

use edge::{
    Body, Clock, Fetch, FetchError, FetchRequest, FetchResponse, HeaderName, HeaderValue, Headers,
    StatusCode, Upload, Url, outbound::host_of,
};
use http::HeaderMap;

use super::{MemoryHost, body::Incoming, faults::Operation};
use crate::fake::{Asked, Reply, Service, Silence};

#[derive(Default)]
pub(super) struct Network {
    services: RefCell<BTreeMap<String, Rc<dyn Service>>>,
    requests: RefCell<Vec<Asked>>,
}

impl MemoryHost {
    /// Lets `service` answer what is sent to `origin` (`https://host` or `http://host:port`), in
    /// the place of whatever answered there before.
    pub fn serve(&self, origin: &str, service: impl Service + 'static) {
        let services = &self.world.network.services;
        services
            .borrow_mut()
            .insert(origin.to_owned(), Rc::new(service));
    }

    /// Everything that any process sent anywhere, in order, also to where nobody answers.
    pub fn requests(&self) -> Vec<Asked> {
        self.world.network.requests.borrow().clone()
    }

    async fn exchange(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let failed = |cause: &str| FetchError::Failed {
            host: host_of(&request.url),
            cause: cause.to_owned(),
        };
        let asked = as_asked(&request);
        let network = &self.world.network;
        network.requests.borrow_mut().push(asked.clone());
        let service = network.services.borrow().get(&asked.origin).cloned();
        let Some(service) = service else {
            return Err(failed("no such server"));
        };
        let reply = service.answer(&asked);
        if !reply.delivery.before.is_zero() {
            self.sleep(reply.delivery.before).await;
        }
        match reply.delivery.silence {
            Some(Silence::Closed) => Err(failed("the connection was closed")),
            Some(Silence::Open) => pending().await,
            None => {
                let name = point_name(&request);
                self.response(&asked.method, name, reply)
                    .ok_or_else(|| failed("the answer is malformed"))
            }
        }
    }

    fn response(&self, method: &str, name: String, reply: Reply) -> Option<FetchResponse> {
        let has_body = reply.has_body(method);
        let announced = reply.announced().filter(|_| has_body);
        let mut headers = HeaderMap::new();
        for (name, value) in &reply.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_str(value).ok()?);
        }
        if let Some(length) = announced {
            headers.insert("content-length", HeaderValue::from(length));
        }
        let body = if has_body {
            self.incoming(Incoming {
                operation: Operation::FetchBody,
                name,
                // A body without end has no middle either.
                half: match reply.delivery.endless {
                    true => 1,
                    false => reply.pieces().count() / 2,
                },
                pieces: Box::new(reply.pieces()),
                length: announced,
                pause: reply.delivery.pause,
                // A cut body of announced length simply ends, as it does on some platforms, whose
                // callers then have to count.
                broken: reply.delivery.cut_after.is_some() && announced.is_none(),
            })
        } else {
            Body::Empty
        };
        Some(FetchResponse {
            status: StatusCode::from_u16(reply.status).ok()?,
            headers: Headers::new(headers),
            body,
        })
    }
}

impl Fetch for MemoryHost {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let name = point_name(&request);
        let host = host_of(&request.url);
        let failed = |cause| FetchError::Failed { host, cause };
        self.at_point(Operation::Fetch, &name, failed, self.exchange(request))
            .await
    }
}

impl Upload for MemoryHost {
    /// The other server sees whole bodies only: a broken off one never arrives.
    async fn upload(
        &self,
        mut request: FetchRequest,
        body: Body,
    ) -> Result<FetchResponse, FetchError> {
        let length = body.length().unwrap_or_default();
        match body.exactly(length).await {
            Ok(bytes) => request.body = bytes,
            Err(error) => {
                return Err(FetchError::Failed {
                    host: host_of(&request.url),
                    cause: error.to_string(),
                });
            }
        }
        self.fetch(request).await
    }
}

fn point_name(request: &FetchRequest) -> String {
    format!("{} {}", request.method, request.url)
}

fn as_asked(request: &FetchRequest) -> Asked {
    let header = |(name, value): &(HeaderName, HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    Asked {
        method: request.method.to_string(),
        origin: origin(&request.url),
        path: request.url.path().to_owned(),
        query: request.url.query().unwrap_or_default().to_owned(),
        headers: request.headers.iter().map(header).collect(),
        body: request.body.clone(),
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
