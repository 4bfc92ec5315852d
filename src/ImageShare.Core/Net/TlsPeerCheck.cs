using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>Looks at the peer's certificate in the middle of a handshake: null lets it go on, a sentence (what is wrong and what to do) ends it.</summary>
internal delegate string? TlsPeerCheck(object sender, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors);
