//! Receives the response to a call.

use tokenward_core::{BoxFuture, ErrorKind, Result};

use crate::{
    decode::limits::MOST_OF_A_RECORD,
    family::{call::Call, response_body::ResponseBody, response_head::ResponseHead},
    transport::{origin::Origin, response::Response, send_error::SendError},
};

impl Call {
    /// Waits for a response and reads its body.
    ///
    /// # Errors
    ///
    /// See the table of [`Call`]. If the body of a creation or reset breaks off or is too large, the result is still a
    /// [`ResponseBody`], because the body may contain the secret.
    pub fn receive<'a>(
        &'a self,
        sent: impl Future<Output = Result<Response, SendError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<ResponseBody>> {
        self.answered(Box::pin(sent))
    }

    /// Receives a boxed request, so that this code is compiled once, not once for each type of future.
    fn answered<'a>(
        &'a self,
        sent: BoxFuture<'a, Result<Response, SendError>>,
    ) -> BoxFuture<'a, Result<ResponseBody>> {
        Box::pin(self.read(sent))
    }

    async fn read(&self, sent: BoxFuture<'_, Result<Response, SendError>>) -> Result<ResponseBody> {
        let response = match sent.await {
            Ok(response) => response,
            Err(SendError::Status(response)) if self.kind_of(response.status()) == ErrorKind::Ambiguous => {
                return Ok(self.doubtful(*response).await);
            }
            Err(error) => return Err(self.failure(error).await),
        };
        let context = response.context().clone();
        if self.issues() {
            let received = response.within(MOST_OF_A_RECORD).read_what_there_is().await;
            let end = received.broken.map(|broken| broken.reason());
            let head = ResponseHead::new(self.clone(), received.status, received.headers, context);
            return Ok(ResponseBody::new(head, received.body).broken_by(end));
        }
        let received = match response.read().await {
            Ok(received) => received,
            Err(error) => return Err(self.failure(error).await),
        };
        let head = ResponseHead::new(self.clone(), received.status, received.headers, context);
        match received.broken {
            None => Ok(ResponseBody::new(head, received.body)),
            Some(broken) => Err(head.locate(self.broken(broken))),
        }
    }

    /// Reads a response to a creation or reset whose status leaves open whether it took effect. It may contain the
    /// secret.
    async fn doubtful(&self, response: reqwest::Response) -> ResponseBody {
        let context = Origin::context_of(&response);
        let received = Response::new(response, MOST_OF_A_RECORD).read_what_there_is().await;
        let end = format!("the vendor answered {}", received.status.as_u16());
        let head = ResponseHead::new(self.clone(), received.status, received.headers, context);
        ResponseBody::new(head, received.body).refused_with(end)
    }

    /// Waits for a response and ignores its body.
    ///
    /// # Errors
    ///
    /// See the table of [`Call`].
    pub fn confirm<'a>(
        &'a self,
        sent: impl Future<Output = Result<Response, SendError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<()>> {
        self.ended(Box::pin(sent))
    }

    fn ended<'a>(&'a self, sent: BoxFuture<'a, Result<Response, SendError>>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match sent.await {
                Ok(_) => Ok(()),
                Err(error) => Err(self.failure(error).await),
            }
        })
    }
}
