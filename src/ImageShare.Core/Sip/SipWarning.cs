namespace ImageShare.Core.Sip;

/// <summary>A deviation that was tolerated, and where.</summary>
/// <param name="Code">What it is; the names are stable.</param>
/// <param name="Offset">The octet offset of the value concerned, from the start of the message.</param>
public readonly record struct SipWarning(SipWarningCode Code, int Offset);
