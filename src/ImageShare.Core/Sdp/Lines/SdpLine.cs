namespace ImageShare.Core.Sdp.Lines;

/// <summary>A line that is kept unchanged: of a type this library does not interpret, or malformed.</summary>
/// <param name="Type">The letter before the equals sign.</param>
/// <param name="Value">The text after the equals sign.</param>
public readonly record struct SdpLine(char Type, string Value);
