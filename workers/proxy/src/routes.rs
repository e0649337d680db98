//! From a request to a plan, and from the plan to an answer.

use std::rc::Rc;

use edge::{Method, Problem, Request, Response, StatusCode};

use crate::{
    Host, accept, access,
    address::{Address, AddressError},
    plan::Plan,
    refusal::{Reason, Refusal},
    reply, serve,
    settings::Settings,
};

/// What an image is answered to and with.
pub struct Ask {
    /// The request.
    pub request: Request,
    /// What it comes down to.
    pub plan: Plan,
    /// What lets the request pass.
    pub access: access::Access,
    /// How the function is configured.
    pub settings: Settings,
}

/// Answers one request.
///
/// 1. `OPTIONS`: `204`. Another method than `GET` or `HEAD`: `405`.
/// 2. An address or options that cannot be read, or contradict each other: `400`.
/// 3. Neither a token nor a signature where one is asked for: `401`.
/// 4. A source whose host may not be asked: `403`.
/// 5. The image, `304` where the client has it, or why there is none ([`Reason`]).
pub async fn handle<H: Host>(host: &H, request: Request) -> Response {
    let route = route(&request.path);
    let response = match request.method {
        Method::OPTIONS => reply::preflight(),
        Method::GET => match answer(host, request).await {
            Ok(response) => response,
            Err(problem) => access::challenge(problem.into()),
        },
        _ => Problem::method_not_allowed("GET, HEAD, OPTIONS").into(),
    };
    reply::open_to_all(response).on(route)
}

/// The route's pattern, for the log. A path may hold a token.
fn route(path: &str) -> &'static str {
    match path {
        path if path.starts_with("/dl") => "/dl/{url}",
        "/proxy" => "/proxy",
        _ => "/proxy/{url}",
    }
}

async fn answer<H: Host>(host: &H, request: Request) -> Result<Response, Problem> {
    let mut address = Address::parse(&request.path, &request.query)?;
    let settings = Settings::read(host).await?;
    let access = access::check(&settings, &request, &address, host.now())?;
    address.withhold(|value| settings.tokens.contains(value));
    let options = settings
        .presets
        .fill(&address.options)
        .map_err(AddressError::from)?;
    let address = allowed(&settings, address)?;
    let accept = request.header(edge::header::ACCEPT);
    let is_webp_accepted = accept::accepts(accept.as_deref(), "image/webp");
    let plan = Plan::new(&address, &options, is_webp_accepted)
        .map_err(|invalid| Problem::bad_request(invalid.to_string()))?;
    let ask = Rc::new(Ask {
        request,
        plan,
        access,
        settings,
    });
    serve::answer(host, &ask).await.map_err(Problem::from)
}

/// `address` where its source may be asked. A client that writes `http` for a host that is allowed
/// by `https` means that.
fn allowed(settings: &Settings, mut address: Address) -> Result<Address, Refusal> {
    if settings.hosts.allow(&address.source) {
        return Ok(address);
    }
    let host = edge::outbound::host_of(&address.source);
    if address.source.scheme() == "http" && address.source.port().is_none() {
        // Between two special schemes this cannot fail.
        let _ = address.source.set_scheme("https");
        if settings.hosts.allow(&address.source) {
            return Ok(address);
        }
    }
    Err(Refusal::new(
        Reason::HostNotAllowed,
        format!(
            "images of {host} are not proxied; the operator of this server lists the hosts whose \
             are in PROXY_ALLOWED_HOSTS"
        ),
    ))
}

impl From<AddressError> for Problem {
    fn from(error: AddressError) -> Self {
        let (status, kind, title) = match &error {
            AddressError::Unknown => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            AddressError::TooLong => (StatusCode::URI_TOO_LONG, "uri-too-long", "URI too long"),
            AddressError::Option(_) => (StatusCode::BAD_REQUEST, "bad-options", "Bad options"),
            _ => (StatusCode::BAD_REQUEST, "bad-request", "Bad request"),
        };
        Self::new(status, kind, title, error.to_string())
    }
}
