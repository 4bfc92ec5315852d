using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>Checks the peer's certificate during a handshake. Null accepts it; a message (what is wrong and what to do) rejects it.</summary>
internal delegate string? TlsPeerCheck(object sender, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors);
