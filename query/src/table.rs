//! A table as a file: columns in memory, written as Parquet or CSV, and how many rows a file has.

use std::{fs::File, io::Write, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DoubleType},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        reader::{FileReader, SerializedFileReader},
        writer::SerializedFileWriter,
    },
    schema::types::Type,
};

use crate::export::Format;

/// Why a file cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    /// The disk.
    #[error("reading or writing the file")]
    File(#[from] std::io::Error),
    /// The format.
    #[error("as Parquet")]
    Parquet(#[from] ParquetError),
    /// The format.
    #[error("as CSV")]
    Csv(#[from] csv::Error),
}

/// The values of a column, one a row.
pub(crate) enum Values {
    Texts(Vec<Option<String>>),
    Numbers(Vec<Option<f64>>),
    Flags(Vec<bool>),
}

/// A column.
pub(crate) struct Column {
    pub name: String,
    pub values: Values,
}

/// Columns of the same length.
pub(crate) struct Table {
    pub columns: Vec<Column>,
    pub rows: usize,
}

impl Table {
    /// Writes the whole file and has it on the disk.
    pub(crate) fn write(&self, path: &Path, format: Format) -> Result<(), TableError> {
        let file = File::create(path)?;
        match format {
            Format::Parquet => self.write_parquet(file),
            Format::Csv => self.write_csv(file),
        }
    }

    fn write_csv(&self, file: File) -> Result<(), TableError> {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(self.columns.iter().map(|column| &column.name))?;
        for row in 0..self.rows {
            writer.write_record(self.columns.iter().map(|column| match &column.values {
                Values::Texts(texts) => texts[row].clone().unwrap_or_default(),
                Values::Numbers(numbers) => numbers[row].map(|number| number.to_string()).unwrap_or_default(),
                Values::Flags(flags) => flags[row].to_string(),
            }))?;
        }
        writer.flush()?;
        let file = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(())
    }

    fn write_parquet(&self, file: File) -> Result<(), TableError> {
        let fields = self.columns.iter().map(|column| {
            let (physical, logical, repetition) = match column.values {
                Values::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL),
                Values::Numbers(_) => (Physical::DOUBLE, None, Repetition::OPTIONAL),
                Values::Flags(_) => (Physical::BOOLEAN, None, Repetition::REQUIRED),
            };
            Type::primitive_type_builder(&column.name, physical)
                .with_logical_type(logical)
                .with_repetition(repetition)
                .build()
                .map(Arc::new)
        });
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("answer").with_fields(fields).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
        let mut group = writer.next_row_group()?;
        for column in &self.columns {
            let Some(mut out) = group.next_column()? else {
                return Err(ParquetError::General("fewer columns than the schema has".to_owned()).into());
            };
            let known = |is_known: bool| i16::from(is_known);
            match &column.values {
                Values::Texts(texts) => {
                    let defined: Vec<i16> = texts.iter().map(|text| known(text.is_some())).collect();
                    let values: Vec<ByteArray> = texts.iter().flatten().map(|text| text.as_str().into()).collect();
                    out.typed::<ByteArrayType>()
                        .write_batch(&values, Some(&defined), None)?;
                }
                Values::Numbers(numbers) => {
                    let defined: Vec<i16> = numbers.iter().map(|number| known(number.is_some())).collect();
                    let values: Vec<f64> = numbers.iter().flatten().copied().collect();
                    out.typed::<DoubleType>().write_batch(&values, Some(&defined), None)?;
                }
                Values::Flags(flags) => {
                    out.typed::<BoolType>().write_batch(flags, None, None)?;
                }
            }
            out.close()?;
        }
        group.close()?;
        let mut file = writer.into_inner()?;
        file.flush()?;
        file.sync_all()?;
        Ok(())
    }
}

/// The rows of a file, a head not counted.
pub(crate) fn rows(path: &Path, format: Format) -> Result<u64, TableError> {
    let file = File::open(path)?;
    Ok(match format {
        Format::Parquet => {
            let reader = SerializedFileReader::new(file)?;
            u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0)
        }
        Format::Csv => {
            let mut reader = csv::Reader::from_reader(file);
            let mut record = csv::ByteRecord::new();
            let mut rows = 0;
            while reader.read_byte_record(&mut record)? {
                rows += 1;
            }
            rows
        }
    })
}
