//! Spans as the Collector's file exporter writes them: OTLP's JSON, one line for each batch.
use std::{fs::File, io, io::Write, path::Path, sync::Mutex};

use opentelemetry_proto::tonic::trace::v1::TracesData;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use opentelemetry_sdk::Resource;

#[derive(Debug)]
pub struct OtlpLines {
    file: Mutex<File>,
    resource: ResourceAttributesWithSchema,
}

impl OtlpLines {
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self {
            file: Mutex::new(File::create(path)?),
            resource: Default::default(),
        })
    }

    fn write(&self, spans: Vec<SpanData>) -> io::Result<()> {
        let resource_spans = group_spans_by_resource_and_scope(spans, &self.resource);
        let mut line = serde_json::to_vec(&TracesData { resource_spans })?;
        line.push(b'\n');
        self.file
            .lock()
            .map_err(|_| io::Error::other("a writer panicked"))?
            .write_all(&line)
    }
}

impl SpanExporter for OtlpLines {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.write(batch)
            .map_err(|error| OTelSdkError::InternalFailure(error.to_string()))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}
