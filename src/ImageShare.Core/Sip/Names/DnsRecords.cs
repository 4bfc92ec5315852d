namespace ImageShare.Core.Sip.Names;

/// <summary>A NAPTR record (RFC 3403 §4.1), as far as RFC 3263 §4.1 needs it.</summary>
/// <param name="Order">Records with a lower order come first.</param>
/// <param name="Preference">Among records of the same order, those with a lower preference come first.</param>
/// <param name="Flags">What the replacement is: <c>s</c> for the name of SRV records. Records with other flags are not used.</param>
/// <param name="Services">The service, such as <c>SIP+D2U</c> or <c>SIPS+D2T</c>.</param>
/// <param name="Regexp">A rewriting rule; empty in the records of RFC 3263. Records with a rule are not used.</param>
/// <param name="Replacement">The name to look up next, without or with a dot at its end.</param>
public sealed record NaptrRecord(int Order, int Preference, string Flags, string Services, string Regexp, string Replacement);

/// <summary>An SRV record (RFC 2782).</summary>
/// <param name="Priority">Targets with a lower priority come first.</param>
/// <param name="Weight">Among targets of the same priority, the share of the clients that try this one first.</param>
/// <param name="Port">The port, from 1 to 65535. A record with another port is not used.</param>
/// <param name="Target">The host; <c>.</c> says that the service is not available.</param>
public sealed record SrvRecord(int Priority, int Weight, int Port, string Target);
