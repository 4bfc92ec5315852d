namespace ImageShare.Core.Sip.Messages;

/// <summary>The names of the typed properties, looked up once because every message uses them.</summary>
internal static class KnownNames
{
    public static readonly SipHeaderName Via = SipHeaderName.Find(SipHeaderNames.Via)!;
    public static readonly SipHeaderName From = SipHeaderName.Find(SipHeaderNames.From)!;
    public static readonly SipHeaderName To = SipHeaderName.Find(SipHeaderNames.To)!;
    public static readonly SipHeaderName CSeq = SipHeaderName.Find(SipHeaderNames.CSeq)!;
    public static readonly SipHeaderName MaxForwards = SipHeaderName.Find(SipHeaderNames.MaxForwards)!;
    public static readonly SipHeaderName ContentLength = SipHeaderName.Find(SipHeaderNames.ContentLength)!;
    public static readonly SipHeaderName RetryAfter = SipHeaderName.Find(SipHeaderNames.RetryAfter)!;
    public static readonly SipHeaderName RSeq = SipHeaderName.Find(SipHeaderNames.RSeq)!;
    public static readonly SipHeaderName RAck = SipHeaderName.Find(SipHeaderNames.RAck)!;
    public static readonly SipHeaderName SessionExpires = SipHeaderName.Find(SipHeaderNames.SessionExpires)!;
    public static readonly SipHeaderName Contact = SipHeaderName.Find(SipHeaderNames.Contact)!;
    public static readonly SipHeaderName Route = SipHeaderName.Find(SipHeaderNames.Route)!;
    public static readonly SipHeaderName RecordRoute = SipHeaderName.Find(SipHeaderNames.RecordRoute)!;
    public static readonly SipHeaderName PAssertedIdentity = SipHeaderName.Find(SipHeaderNames.PAssertedIdentity)!;
    public static readonly SipHeaderName PPreferredIdentity = SipHeaderName.Find(SipHeaderNames.PPreferredIdentity)!;
    public static readonly SipHeaderName PAccessNetworkInfo = SipHeaderName.Find(SipHeaderNames.PAccessNetworkInfo)!;
    public static readonly SipHeaderName Privacy = SipHeaderName.Find(SipHeaderNames.Privacy)!;
    public static readonly SipHeaderName Reason = SipHeaderName.Find(SipHeaderNames.Reason)!;
    public static readonly SipHeaderName Path = SipHeaderName.Find(SipHeaderNames.Path)!;
    public static readonly SipHeaderName ServiceRoute = SipHeaderName.Find(SipHeaderNames.ServiceRoute)!;
    public static readonly SipHeaderName ContentType = SipHeaderName.Find(SipHeaderNames.ContentType)!;
    public static readonly SipHeaderName Accept = SipHeaderName.Find(SipHeaderNames.Accept)!;
    public static readonly SipHeaderName AcceptContact = SipHeaderName.Find(SipHeaderNames.AcceptContact)!;
    public static readonly SipHeaderName RejectContact = SipHeaderName.Find(SipHeaderNames.RejectContact)!;
    public static readonly SipHeaderName CallId = SipHeaderName.Find(SipHeaderNames.CallId)!;
    public static readonly SipHeaderName PAssertedService = SipHeaderName.Find(SipHeaderNames.PAssertedService)!;
    public static readonly SipHeaderName PPreferredService = SipHeaderName.Find(SipHeaderNames.PPreferredService)!;
    public static readonly SipHeaderName ContentDisposition = SipHeaderName.Find(SipHeaderNames.ContentDisposition)!;
    public static readonly SipHeaderName Allow = SipHeaderName.Find(SipHeaderNames.Allow)!;
    public static readonly SipHeaderName Supported = SipHeaderName.Find(SipHeaderNames.Supported)!;
    public static readonly SipHeaderName Require = SipHeaderName.Find(SipHeaderNames.Require)!;
}
