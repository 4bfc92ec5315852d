namespace ImageShare.Cli.Metadata;

/// <summary>The metadata of a picture cannot be removed: its format is not known here, or it is damaged. The message follows the name of the file.</summary>
internal sealed class MetadataException(string message) : Exception(message);
