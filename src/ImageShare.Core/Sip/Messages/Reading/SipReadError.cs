namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>Why octets could not be read as a message.</summary>
/// <param name="Reason">What is wrong.</param>
/// <param name="Offset">Where, counted from the first octet of the start line.</param>
public readonly record struct SipReadError(SipReadFailure Reason, int Offset);
