namespace ImageShare.Cli.Pictures;

/// <summary>A picture cannot be decoded, or decoding it would need too much. The message follows the name of the picture.</summary>
internal sealed class PictureException(string message) : Exception(message);
