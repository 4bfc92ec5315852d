namespace ImageShare.Core.Sdp.Lines;

/// <summary>A line kept as it came: one of a type this library gives no meaning to, or one it could not read.</summary>
/// <param name="Type">The letter before the equals sign.</param>
/// <param name="Value">Everything behind it.</param>
public readonly record struct SdpLine(char Type, string Value);
